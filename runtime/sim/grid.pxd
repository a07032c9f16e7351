# cython: cdivision=True
# The exchange's grid of prices and quantities (simulation.md 2).
#
# A unit is mantissa / scale, two whole numbers: 0.05 is 5 / 100. A value on the grid is
# n * mantissa / scale with whole n, so that it is the double nearest to its decimal. Rounding
# forgives 1e-9 of a unit (simulation.md 2).
from libc.math cimport floor
from libc.stdint cimport int64_t

ctypedef struct Grid:
    double mantissa             # 0: no grid, every value is on it
    double scale                # 10 ** exponent, exponent 0..22


cdef inline double grid_at(const Grid* grid, double n) noexcept nogil:
    """The value of `n` units: n * mantissa / scale."""
    return n * grid.mantissa / grid.scale


cdef inline double units_down(const Grid* grid, double x) noexcept nogil:
    """The most whole units that are at most `x`, 1e-9 of a unit forgiven.

    n = floor(x * scale / mantissa + 1e-9); one more if n + 1 units are at most x as doubles,
    which keeps a value that is on the grid where it is however many units it has.
    """
    cdef double n = floor(x * grid.scale / grid.mantissa + 1e-9)
    return n + 1.0 if grid_at(grid, n + 1.0) <= x else n


cdef inline double units_up(const Grid* grid, double x) noexcept nogil:
    """The fewest whole units that are at least `x`, mirrored in the same way."""
    cdef double n = 0.0 - floor(1e-9 - x * grid.scale / grid.mantissa)
    return n - 1.0 if grid_at(grid, n - 1.0) >= x else n


cdef inline double grid_down(const Grid* grid, double x) noexcept nogil:
    """`x` rounded down to the grid."""
    return x if grid.mantissa == 0.0 else grid_at(grid, units_down(grid, x))


cdef inline double grid_up(const Grid* grid, double x) noexcept nogil:
    """`x` rounded up to the grid."""
    return x if grid.mantissa == 0.0 else grid_at(grid, units_up(grid, x))


cdef inline double grid_near(const Grid* grid, double x) noexcept nogil:
    """`x` as the nearest value of the grid: floor(x * scale / mantissa + 0.5) units."""
    if grid.mantissa == 0.0:
        return x
    return grid_at(grid, floor(x * grid.scale / grid.mantissa + 0.5))


cdef inline double grid_by(const Grid* grid, double x, int64_t sign) noexcept nogil:
    """`x` rounded up for a positive sign, down for a negative one."""
    return grid_up(grid, x) if sign > 0 else grid_down(grid, x)
