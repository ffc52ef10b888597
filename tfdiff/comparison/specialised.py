"""A functor for all devices that is written out for each of them on the other side."""

import re
from dataclasses import replace

from tfdiff.facts import Region

_DEVICE = re.compile(r"\b([A-Z]+Device)\b,? ?")
_PARAMETER = re.compile(r"\b(?:typename|class) Device\b(?:,\s*)?")


def written_out(side: list[Region], other: list[Region]) -> list[Region]:
    """The regions of a side, a functor for all devices once for each that the other side names.

    Its text says of each what it is there: the device's name in the parameter's place.
    """
    known = {region.symbol for region in side}
    named: dict[str, list[Region]] = {}
    for region in other:
        of_device = region.kind == "functor" and _DEVICE.search(region.symbol)
        if of_device and region.symbol not in known:
            plain = _DEVICE.sub("", region.symbol).removesuffix("<>")
            named.setdefault(plain, []).append(region)
    return [
        one
        for region in side
        for one in (
            [_for_device(region, other) for other in named[region.symbol]]
            if region.kind == "functor" and region.symbol in named
            else [region]
        )
    ]


def _for_device(region: Region, other: Region) -> Region:
    device = _DEVICE.search(other.symbol)
    text = _PARAMETER.sub("", region.text)
    if device:
        text = re.sub(r"\bDevice\b", device[1], text)
    return replace(region, symbol=other.symbol, device=other.device, text=text)
