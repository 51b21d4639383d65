"""Splines, limb curves and the mesh painter, on arrays small enough to check by hand."""

import numpy as np
import pytest

from tryon.core.warp import Curve, ThinPlateSpline, draw_mesh, grid_over, smoothstep

SQUARE = np.array([[0, 0], [10, 0], [0, 10], [10, 10], [5, 5]], float)


def test_spline_passes_through_its_targets():
    target = SQUARE + np.array([[0, 0], [1, 0], [0, -2], [3, 1], [2, 2]])
    np.testing.assert_allclose(ThinPlateSpline(SQUARE, target)(SQUARE), target, atol=1e-6)


def test_spline_keeps_an_affine_map_everywhere():
    def affine(p):
        return p @ np.array([[2.0, 0.5], [-0.25, 1.5]]) + np.array([3.0, -7.0])

    spline = ThinPlateSpline(SQUARE, affine(SQUARE))
    far = np.array([[-20.0, 40.0], [100.0, 3.0]])
    np.testing.assert_allclose(spline(far), affine(far), atol=1e-6)


def test_stiff_spline_gives_up_targets_for_smoothness():
    target = SQUARE.copy()
    target[4] += 4.0  # one landmark out of line
    loose = ThinPlateSpline(SQUARE, target)(SQUARE[4:])
    stiff = ThinPlateSpline(SQUARE, target, stiffness=1.0)(SQUARE[4:])
    assert np.linalg.norm(stiff - SQUARE[4]) < 0.8 * np.linalg.norm(loose - SQUARE[4])


@pytest.mark.parametrize(
    ("source", "target", "error"),
    [
        (np.zeros((4, 2)), np.zeros((3, 2)), r"expected two \(n, 2\) arrays, got \(4, 2\)"),
        (np.zeros((4, 3)), np.zeros((4, 3)), r"expected two \(n, 2\) arrays"),
    ],
)
def test_spline_refuses_wrong_shapes(source, target, error):
    with pytest.raises(ValueError, match=error):
        ThinPlateSpline(source, target)


def test_curve_measures_a_straight_line():
    curve = Curve(np.array([[2.0, 1.0], [2.0, 11.0]]))
    assert curve.length == pytest.approx(10)
    along, across = curve.coordinates(np.array([[2.0, 4.0], [5.0, 6.0], [2.0, 14.0]]))
    np.testing.assert_allclose(along, [3, 5, 13], atol=1e-6)
    np.testing.assert_allclose(across, [0, -3, 0], atol=1e-6)


def test_curve_place_undoes_coordinates_on_a_bent_limb():
    curve = Curve(np.array([[0.0, 0.0], [0.0, 40.0], [30.0, 60.0]]))
    points = np.array([[1.0, 5.0], [-2.0, 20.0], [3.0, 33.0], [20.0, 50.0], [31.0, 62.0]])
    np.testing.assert_allclose(curve.place(*curve.coordinates(points)), points, atol=0.2)


def test_curve_rounds_the_corner():
    curve = Curve(np.array([[0.0, 0.0], [0.0, 10.0], [10.0, 10.0]]))
    assert 14 < curve.length < 20  # shorter than the corner, longer than the diagonal
    assert np.linalg.norm(curve.samples - [0, 10], axis=1).min() > 0.5


def test_curve_refuses_a_single_point():
    with pytest.raises(ValueError, match=r"expected \(n >= 2, 2\), got \(1, 2\)"):
        Curve(np.zeros((1, 2)))


def test_smoothstep():
    np.testing.assert_allclose(smoothstep(np.array([-1, 0, 0.5, 1, 2])), [0, 0, 0.5, 1, 1])


def test_grid_covers_the_mask_and_its_margin():
    mask = np.zeros((20, 30), bool)
    mask[5:15, 10:20] = True
    vertices, triangles = grid_over(mask, spacing=2.0, margin=2.0)
    _, covered = draw_mesh(vertices, vertices, triangles, (20, 30))
    assert covered[mask].all()
    assert covered[4:16, 9:21].all()
    assert not covered[:, :5].any()


def test_grid_over_nothing_is_empty():
    vertices, triangles = grid_over(np.zeros((8, 8), bool), 2.0, 1.0)
    assert len(vertices) == len(triangles) == 0


def test_drawn_identity_is_the_identity():
    vertices, triangles = grid_over(np.ones((12, 9), bool), 3.0, 1.0)
    flow, covered = draw_mesh(vertices, vertices, triangles, (12, 9))
    assert covered.all()
    x, y = np.meshgrid(np.arange(9), np.arange(12))
    np.testing.assert_allclose(flow, np.stack([x, y], -1), atol=1e-4)


def test_drawn_affine_map_is_inverted_and_goes_on_beyond_the_mesh():
    vertices, triangles = grid_over(np.ones((10, 10), bool), 2.0, 0.0)
    flow, covered = draw_mesh(vertices, vertices * 2 + 5, triangles, (40, 40))
    assert not covered.all()
    x, y = np.meshgrid(np.arange(40), np.arange(40))
    np.testing.assert_allclose(flow, (np.stack([x, y], -1) - 5) / 2, atol=1e-3)


def test_turned_over_cloth_lies_below():
    # A strip folded back onto itself: its first half stays, its second half turns over onto it.
    strip = np.array([[0, 0], [10, 0], [20, 0], [0, 4], [10, 4], [20, 4]], float)
    folded = np.array([[0, 0], [10, 0], [0, 0], [0, 4], [10, 4], [0, 4]], float)
    triangles = np.array([[0, 1, 3], [1, 4, 3], [1, 2, 4], [2, 5, 4]], np.int32)
    flow, covered = draw_mesh(strip, folded, triangles, (5, 11))
    assert covered.all()
    assert (flow[..., 0] <= 10 + 1e-3).all()


def test_mesh_outside_the_picture_draws_nothing():
    vertices, triangles = grid_over(np.ones((4, 4), bool), 2.0, 0.0)
    flow, covered = draw_mesh(vertices, vertices + 100, triangles, (8, 8))
    assert not covered.any()
    assert np.isfinite(flow).all()
