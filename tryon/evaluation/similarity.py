"""How alike two pictures are: SSIM. How alike two sets of pictures are: KID and FID.

Notable here:
- KID and FID depend on the features that are given. Of others than Inception's they can only be
  compared with each other, not with those of papers.
- FID is biased upwards for few pictures; KID is not, so it may come out a little below 0.
"""

import cv2
import numpy as np

from tryon.core.arrays import Pixels

# SSIM, as its paper has them.
_WINDOW, _SIGMA = 11, 1.5  # pixels
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2  # keep ratios of dark, plain windows finite


def ssim(first: Pixels, second: Pixels) -> float:
    """Structural similarity of two pictures of one size: the mean over pixels and channels.

    Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity", 2004: Gaussian window of 11 pixels and sigma 1.5, only where it lies
    inside the picture. Equal to scikit-image's with gaussian_weights=True, sigma=1.5,
    use_sample_covariance=False.
    """
    if first.shape != second.shape or min(first.shape[:2]) < _WINDOW:
        raise ValueError(f"ssim: two pictures of one size, not {first.shape} and {second.shape}")
    a, b = first.astype(np.float64), second.astype(np.float64)
    inner = slice(_WINDOW // 2, -(_WINDOW // 2))

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(values, (_WINDOW, _WINDOW), _SIGMA)[inner, inner]

    mean_a, mean_b = mean(a), mean(b)
    variance_a, variance_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    similarity = ((2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)) / (
        (mean_a**2 + mean_b**2 + _C1) * (variance_a + variance_b + _C2)
    )
    return float(similarity.mean())


def kid(first: np.ndarray, second: np.ndarray) -> float:
    """Kernel distance of two sets of features, (n, d) and (m, d) float, n and m at least 2.

    Binkowski, Sutherland, Arbel and Gretton, "Demystifying MMD GANs", 2018: the unbiased squared
    maximum mean discrepancy under the kernel (x.y / d + 1) ^ 3.
    """
    a, b = _sets(first, second)

    def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (x @ y.T / x.shape[1] + 1) ** 3

    def within(x: np.ndarray) -> float:
        values = kernel(x, x)
        return float((values.sum() - np.trace(values)) / (len(x) * (len(x) - 1)))

    return within(a) + within(b) - 2 * float(kernel(a, b).mean())


def fid(first: np.ndarray, second: np.ndarray) -> float:
    """Frechet distance of two sets of features, (n, d) and (m, d) float, n and m at least 2.

    Heusel and others, "GANs trained by a two time-scale update rule converge to a local Nash
    equilibrium", 2017: both sets taken for normal distributions.
    """
    a, b = _sets(first, second)
    means = a.mean(0) - b.mean(0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = np.linalg.eigh(np.atleast_2d(cov_a))
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    # The trace of the product's root is that of a symmetric matrix with the same eigenvalues.
    shared = np.linalg.eigvalsh(root @ np.atleast_2d(cov_b) @ root)
    trace = float(np.trace(np.atleast_2d(cov_a)) + np.trace(np.atleast_2d(cov_b)))
    return float(means @ means + trace - 2 * np.sqrt(np.maximum(shared, 0)).sum())


def _sets(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ValueError(f"two sets of features of one length, not {a.shape} and {b.shape}")
    return a, b
