"""What the admin asks about a mesh: `meshes.forms`, filled in from the row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms

from meshes import policy
from meshes.forms import MeshRules
from meshes.models import Mesh

if TYPE_CHECKING:
    MeshModelForm = forms.ModelForm[Mesh]
else:
    MeshModelForm = forms.ModelForm


class MeshForm(MeshRules, MeshModelForm):
    """What an owner decides about a mesh; `changes` is for `update_mesh`."""

    class Meta:
        model = Mesh
        fields = ("name", "slug")
        help_texts = {"slug": "Part of addresses and commands. Old addresses stop working."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = policy.effective(self.instance.policy)
        own = {
            "audit_messages": rules["auditMessages"],
            "allow_plaintext": rules["allowPlaintext"],
            "self_editable": [rule for rule, may in rules["selfEditable"].items() if may],
        }
        self.initial.update(own)
