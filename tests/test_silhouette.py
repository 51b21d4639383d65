"""The new garment's outline follows the photo's own edge where both are near."""

from dataclasses import replace

import numpy as np
import pytest
from figures import flat_skirt, flat_tee, flat_trousers, standing_person

from tryon.core.types import Hang, Part
from tryon.fusion.geometry.draft import geometric_draft
from tryon.fusion.geometry.silhouette import REACH, edge_shift, follow_silhouette
from tryon.person.body import body_unit

SIZE = (120, 100)


def block(left: int, right: int, top: int = 20, bottom: int = 100) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[top:bottom, left:right] = True
    return mask


def moved(drawn: np.ndarray, shift: np.ndarray) -> np.ndarray:
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    at = np.round(np.dstack([x, y]) + shift).astype(int)
    return drawn[np.clip(at[..., 1], 0, SIZE[0] - 1), np.clip(at[..., 0], 0, SIZE[1] - 1)]


@pytest.mark.parametrize(("left", "right"), [(26, 74), (34, 66), (27, 67)])
def test_sides_move_onto_the_silhouette(left, right):
    drawn, body = block(left, right), block(30, 70, 0, 120)
    after = moved(drawn, edge_shift(drawn, body, body, 6.0))
    rows = np.s_[40:80]
    assert np.count_nonzero(after[rows] ^ body[rows]) < 0.3 * np.count_nonzero(
        drawn[rows] ^ body[rows]
    )
    # What follows no edge stays: hem and top.
    assert abs(int(np.flatnonzero(after[:, 50])[0]) - 20) <= 1
    assert abs(int(np.flatnonzero(after[:, 50])[-1]) - 99) <= 1


def test_what_is_far_from_the_edge_stays():
    drawn, body = block(15, 85), block(30, 70, 0, 120)
    assert edge_shift(drawn, body, body, 6.0) is None


def test_only_edges_of_the_old_garment_are_followed():
    drawn, body = block(26, 74), block(30, 70, 0, 120)
    assert edge_shift(drawn, body, np.zeros(SIZE, bool), 6.0) is None


def test_edges_that_look_the_other_way_are_not_followed():
    body = ~block(30, 70, 0, 120)
    assert edge_shift(block(31, 69), body, body, 6.0) is None


def test_the_shift_fades_away_from_the_edges():
    drawn, body = block(26, 74), block(30, 70, 0, 120)
    shift = edge_shift(drawn, body, body, 6.0)
    assert np.abs(shift[60, 30]).max() > 3
    assert np.abs(shift[60, 50]).max() < 0.5
    assert np.abs(shift[60, [2, 97]]).max() == 0


def test_deep_inside_the_cloth_nothing_is_bent():
    """Not even beside an edge of the body: a gap between trunk and arm lies before the sleeve."""
    drawn, body = block(20, 80), block(24, 96, 0, 120)
    body[50:70, 44:52] = False
    shift = edge_shift(drawn, body, body, 6.0)
    assert np.abs(shift[60, 20:23]).max() > 1
    assert not shift[55:65, 34:64].any()


def test_a_drafted_top_covers_the_trunks_edge_and_no_background():
    person = standing_person()
    draft = geometric_draft(person, flat_tee())
    followed = follow_silhouette(draft, person, flat_tee())
    body = draft.fit.mask(person.silhouette)
    old = draft.fit.mask(person.parts == Part.UPPER)
    near = REACH * body_unit(person.landmarks) * draft.fit.scale
    assert near > 1

    def apart(reach: np.ndarray) -> int:
        beyond = np.count_nonzero(reach & ~body)
        return beyond + np.count_nonzero(old & ~reach)

    assert apart(followed.reach) < 0.7 * apart(draft.reach)
    assert len(followed.layers) == len(draft.layers)


def test_trousers_follow_the_legs_they_are_worn_over():
    person, trousers = standing_person(), flat_trousers()
    draft = geometric_draft(person, trousers)
    legs = draft.fit.mask(np.isin(person.parts, (Part.TROUSERS, Part.SKIRT)))
    shins = legs & (draft.fit.mask(np.arange(800)[:, None] > np.full((1, 400), 400)))
    rows = np.flatnonzero(shins.any(1))[8:-8]
    before, after = (
        np.count_nonzero((one.reach ^ shins)[rows])
        for one in (draft, follow_silhouette(draft, person, trousers))
    )
    assert after < 0.6 * before


def test_a_skirt_over_bare_legs_has_nothing_to_follow():
    person, skirt = standing_person(), flat_skirt()
    parts = np.where(person.parts == Part.TROUSERS, Part.LEFT_LEG, person.parts)
    person = replace(person, parts=parts.astype(np.uint8))
    draft = geometric_draft(person, skirt)
    assert follow_silhouette(draft, person, skirt) is draft


@pytest.mark.parametrize(
    ("left", "right", "draw_in", "let_out", "follows"),
    [
        (26, 74, False, True, False),  # loose: stays outside
        (34, 66, False, True, True),
        (26, 74, True, False, True),
        (34, 66, True, False, False),  # slim: stays inside
    ],
)
def test_a_fit_that_was_asked_for_is_not_undone(left, right, draw_in, let_out, follows):
    drawn, body = block(left, right), block(30, 70, 0, 120)
    shift = edge_shift(drawn, body, body, 6.0, draw_in, let_out)
    assert (shift is not None) == follows


def test_a_loose_top_stays_wider_than_the_trunk():
    person = standing_person()
    loose = flat_tee(hang=Hang(0.5))
    draft = geometric_draft(person, loose)
    followed, as_usual = (follow_silhouette(draft, person, tee) for tee in (loose, flat_tee()))
    row = round(float(draft.fit.points(np.array([[200.0, 300.0]]))[0, 1]))
    across = [np.count_nonzero(d.reach[row]) for d in (draft, followed, as_usual)]
    assert across[1] >= across[0] - 1
    assert across[2] < 0.95 * across[1]
