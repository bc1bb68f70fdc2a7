"""The C functions behind operations that C leaves open: each has one result on every machine, or a fault."""

CHECKED = "int32_t site, int32_t *fault"

HELPERS = {
    "pm_canonical": """\
/* The same value; every NaN is 7FC00000. */
static float pm_canonical(float x)
{
    const union {
        uint32_t bits;
        float value;
    } nan = {0x7FC00000u};
    return x == x ? x : nan.value;
}
""",
    "pm_min_float": """\
static float pm_min_float(float a, float b)
{
    return b < a ? b : a;
}
""",
    "pm_max_float": """\
static float pm_max_float(float a, float b)
{
    return b > a ? b : a;
}
""",
    "pm_min_int32": """\
static int32_t pm_min_int32(int32_t a, int32_t b)
{
    return b < a ? b : a;
}
""",
    "pm_max_int32": """\
static int32_t pm_max_int32(int32_t a, int32_t b)
{
    return b > a ? b : a;
}
""",
    "pm_abs_float": """\
static float pm_abs_float(float x)
{
    return x > 0.0f ? x : 0.0f - x;
}
""",
    "pm_divide": f"""\
static float pm_divide(float a, float b, {CHECKED})
{{
    if (b == 0.0f) {{
        *fault = site;
        return 0.0f;
    }}
    return a / b;
}}
""",
    "pm_to_int32": f"""\
/* Cut towards zero. */
static int32_t pm_to_int32(float x, {CHECKED})
{{
    if (x >= -0x1p+31f && x < 0x1p+31f) {{
        return (int32_t)x;
    }}
    *fault = site;
    return 0;
}}
""",
    "pm_narrow": f"""\
static int32_t pm_narrow(int64_t x, {CHECKED})
{{
    if (x < INT32_MIN || x > INT32_MAX) {{
        *fault = site;
        return 0;
    }}
    return (int32_t)x;
}}
""",
    "pm_add": f"""\
static int32_t pm_add(int32_t a, int32_t b, {CHECKED})
{{
    return pm_narrow((int64_t)a + b, site, fault);
}}
""",
    "pm_subtract": f"""\
static int32_t pm_subtract(int32_t a, int32_t b, {CHECKED})
{{
    return pm_narrow((int64_t)a - b, site, fault);
}}
""",
    "pm_multiply": f"""\
static int32_t pm_multiply(int32_t a, int32_t b, {CHECKED})
{{
    return pm_narrow((int64_t)a * b, site, fault);
}}
""",
    "pm_negate": f"""\
static int32_t pm_negate(int32_t x, {CHECKED})
{{
    return pm_narrow(-(int64_t)x, site, fault);
}}
""",
    "pm_abs_int32": f"""\
static int32_t pm_abs_int32(int32_t x, {CHECKED})
{{
    return x < 0 ? pm_negate(x, site, fault) : x;
}}
""",
    "pm_floor_divide": f"""\
/* The quotient, towards minus infinity. */
static int32_t pm_floor_divide(int32_t a, int32_t b, {CHECKED})
{{
    if (b == 0) {{
        *fault = site;
        return 0;
    }}
    if (b == -1) {{
        return pm_negate(a, site, fault);
    }}
    return a % b != 0 && (a < 0) != (b < 0) ? a / b - 1 : a / b;
}}
""",
    "pm_remainder": f"""\
/* The remainder, of the sign of b. */
static int32_t pm_remainder(int32_t a, int32_t b, {CHECKED})
{{
    if (b == 0) {{
        *fault = site;
        return 0;
    }}
    const int32_t rest = b == -1 ? 0 : a % b;
    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}}
""",
}
"""By name, callees first."""


def helpers(used: set[str]) -> list[str]:
    """The texts of these and of what they call."""
    needed = set(used)
    for name in reversed(HELPERS):
        if name in needed:
            needed |= {other for other in HELPERS if f" {other}(" in HELPERS[name]}
    return [text for name, text in HELPERS.items() if name in needed]
