"""How well the whole graph does on labelled photos: truth, recording, judging, figures, report."""
