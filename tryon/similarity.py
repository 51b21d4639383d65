"""How alike two pictures are: SSIM."""

import cv2
import numpy as np

_WINDOW, _SIGMA = 11, 1.5  # pixels
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(first: np.ndarray, second: np.ndarray) -> float:
    """Structural similarity of two (H, W, 3) uint8 pictures: the mean over pixels and channels.

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
