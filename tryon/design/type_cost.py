"""Two types of garment -> how well one passes for the other."""

from tryon.core.vocabulary import OUTERWEAR_TYPES, TYPE_KIND

# Types that pass for one another, and what can be cut into what.
FAMILIES = (
    {"t-shirt", "top", "polo", "tank-top"},
    {"shirt", "blouse", "polo"},
    {"sweater", "sweatshirt", "hoodie", "cardigan", "top"},
    {"jacket", "blazer", "coat", "cardigan"},
    {"trousers", "jeans", "leggings"},
)
CUT_FROM = {"shorts": {"trousers", "jeans"}, "tank-top": {"t-shirt", "top"}, "t-shirt": {"top"}}

# Costs.
ANY_TOP = 1.0  # "top" was wanted: a hoodie is one too, but who wants one says so
CAN_BE_CUT = 2.0  # into the type wanted
NO_SUCH_TYPE = 5.0  # of the same family only
OTHER_FAMILY = 20.0
OTHER_KIND = 100.0  # trousers instead of a top


def type_cost(wanted: str, have: str) -> float:
    """How far a garment of a type is from one of the type wanted, in costs as of `choose.py`."""
    if wanted == have:
        return 0.0
    if have not in TYPE_KIND or TYPE_KIND[wanted] != TYPE_KIND[have]:
        return OTHER_KIND
    if wanted == "top" and have not in OUTERWEAR_TYPES:
        return ANY_TOP
    if have in CUT_FROM.get(wanted, ()):
        return CAN_BE_CUT
    return NO_SUCH_TYPE if any({wanted, have} <= family for family in FAMILIES) else OTHER_FAMILY
