# A sum that keeps what rounding takes from it (formulas: compensated.py). 16 bytes.

ctypedef struct CompensatedSum:
    double total
    double error

cdef inline void compensated_init(CompensatedSum* s) noexcept nogil:
    s.total = 0.0
    s.error = 0.0

cdef inline void compensated_add(CompensatedSum* s, double x) noexcept nogil:
    cdef double total = s.total + x
    cdef double part = total - s.total
    s.error += (s.total - (total - part)) + (x - part)
    s.total = total

cdef inline void compensated_merge(CompensatedSum* s, const CompensatedSum* other) noexcept nogil:
    compensated_add(s, other.total)
    s.error += other.error

cdef inline double compensated_value(const CompensatedSum* s) noexcept nogil:
    return s.total + s.error
