"""Choosing the policy of a bank, with its parameters, and the mode of multilateral netting."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from panel_app import text
from panel_app.differences import policy_of
from panel_app.policies import BUILT_IN
from panel_app.views.icons import icon
from panel_app.views.part import join


def policy_choice(number: int, name: str, policy: dict[str, Any]) -> Markup:
    """Which policy a bank has (-1: all of them), and its parameters."""
    kind = policy_of({"policy": policy})
    kinds = [*BUILT_IN, *([] if kind in BUILT_IN else [kind])]
    options = [
        Markup('<option value="{}"{}>{}</option>').format(
            one, Markup(" selected") if one == kind else "", text.policy_name(one)
        )
        for one in kinds
    ]
    options.append(Markup('<option value="scenario">{}</option>').format(text.AS_IN_SCENARIO))
    fields = [
        Markup(
            '<label class="parameter"><span>{}</span><span class="entry"><input type="number" min="{}" max="{}" '
            'value="{}" data-do="policy-{}" data-extra="{}" data-every="400" aria-label="{}"><i>{}</i></span></label>'
        ).format(
            text.PARAMETERS[parameter.name],
            parameter.low,
            parameter.high // 100 if parameter.unit == "cents" else parameter.high,
            policy.get(parameter.name, 0) // 100 if parameter.unit == "cents" else policy.get(parameter.name, 0),
            parameter.name,
            number,
            text.parameter_of(parameter.name, name),
            text.UNITS[parameter.unit],
        )
        for parameter in BUILT_IN.get(kind, ())
    ]
    return Markup(
        '<div class="field"><span title="{0}">{0}</span><label class="picker"><select data-do="policy" '
        'data-extra="{1}" aria-label="{2}">{3}</select>{4}</label></div>{5}'
    ).format(name, number, text.policy_at(name), join(options), icon("chevron"), join(fields))


def multilateral(mode: str) -> Markup:
    """How the payments of all banks are netted together."""
    options = [
        Markup('<option value="{}"{}>{}</option>').format(one, Markup(" selected") if one == mode else "", label)
        for one, label in text.MULTILATERAL.items()
    ]
    return Markup(
        '<label class="picker small"><select data-do="multilateral" aria-label="{}">{}</select>{}</label>'
    ).format(text.SWITCHES[4], join(options), icon("chevron"))
