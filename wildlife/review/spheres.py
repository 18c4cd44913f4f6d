"""Groups of vectors that lie close together.

A group is a sphere, not a chain: all of it is alike to one animal, its centre. The groups are found
as D. Butina does (J. Chem. Inf. Comput. Sci. 1999, 39, 747-750): the animal with the most others in
reach becomes a centre and takes them along, until nothing has another in reach. Of each pair

L1  the cosine is at least `ALIKE` where the models say the same of both,
L2  or `TWINS` where they say different things: then somebody must be shown the difference,
L3  either of them less `BURST` within one event, whose photos are seconds apart.

On 642 photos of 158 species, each from another place, that no model was trained on, L1 and L2 put a
third of all in groups, of which 87 percent are one species, with the answers of the
nearest-neighbour expert alone. In the photos of one camera the cosines of a burst are mostly above
0.8, and those of two species below.
"""

import numpy as np
from numpy.typing import NDArray

ALIKE, TWINS, BURST = 0.75, 0.9, 0.1
MOST_IN_GROUP = 48
"""More are not looked at, only waved through."""
ROWS = 512
"""Of the matrix of cosines, at a time."""


def spheres(
    vectors: NDArray[np.float32],
    answers: NDArray[np.int64],
    events: NDArray[np.int64],
    most: int = MOST_IN_GROUP,
) -> list[list[int]]:
    """Return groups of at least two places in `vectors`, unit vectors of shape (n, dimensions).

    `answers` and `events` number what the models say, and where and when it was, one per vector.
    The centre of a group comes first. It takes n² bytes.
    """
    near = _near(vectors, answers, events)
    reach = near.sum(axis=1, dtype=np.int64)
    left = np.ones(len(vectors), np.bool_)
    groups = []
    while len(reach) and reach[centre := int(reach.argmax())] > 0:
        others = np.flatnonzero(near[centre] & left)
        closeness = vectors[others] @ vectors[centre]
        others = others[np.argsort(-closeness, kind="stable")][: most - 1]
        group = [centre, *others.tolist()]
        groups.append(group)
        reach -= near[group].sum(axis=0, dtype=np.int64)
        reach[group] = 0
        left[group] = False
    return groups


def _near(
    vectors: NDArray[np.float32], answers: NDArray[np.int64], events: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return L1 to L3 for each pair, shape (n, n); nothing is near itself."""
    count = len(vectors)
    near = np.empty((count, count), np.bool_)
    for start in range(0, count, ROWS):
        cosines = vectors[start : start + ROWS] @ vectors.T
        near[start : start + ROWS] = twins = cosines >= TWINS
        rows, others = np.nonzero((cosines >= ALIKE - BURST) & ~twins)  # few of all
        found = cosines[rows, others]
        rows += start
        least = np.where(answers[rows] == answers[others], ALIKE, TWINS)
        least -= BURST * (events[rows] == events[others])
        near[rows, others] = found >= least
    near |= near.T  # also where rounding fell differently on the two sides
    np.fill_diagonal(near, False)
    return near
