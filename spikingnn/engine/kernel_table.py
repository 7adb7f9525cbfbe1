"""The kernels of one signature, as the tuple of machine functions that the time loop takes."""

from __future__ import annotations

from .kernel import Compiled, Kernel, idle_efficacy, idle_on_post, idle_on_pre, idle_step


__all__ = ["KernelTable"]

TABLE_SIZES = (4, 16, 64, 256)          # few sizes, so that few engines are ever compiled
IDLE = {"homogeneous": idle_step, "heterogeneous": idle_step, "on_pre": idle_on_pre, "on_post": idle_on_post,
        "efficacy": idle_efficacy}


class KernelTable:
    """The distinct kernels of one variant; the engine calls them by their number."""

    def __init__(self, variant: str) -> None:
        self.variant = variant
        self.kernels: list[Kernel] = []

    def number(self, kernel: Kernel | None) -> int:
        """Return the number of `kernel` in this table, -1 for None; append it if it is new."""
        if kernel is None:
            return -1
        if kernel not in self.kernels:
            self.kernels.append(kernel)
        return self.kernels.index(kernel)

    def compiled(self) -> Compiled:
        """Return a tuple of machine functions, filled up to one of `TABLE_SIZES` by idle kernels."""
        size = next(size for size in TABLE_SIZES if size >= len(self.kernels))
        kernels = self.kernels + [IDLE[self.variant]] * (size - len(self.kernels))
        return Compiled(kernel.compiled(self.variant) for kernel in kernels)
