"""From labelled photos to a release: how the starter models were made, and how your own are.

`classifier.train` and `detector.train` are the two recipes; the other modules are their steps.
Nothing here knows Django, so that a training can run anywhere; torch is needed, and is imported
nowhere before a training starts.
"""
