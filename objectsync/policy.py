"""Who may do what. Subclass `Policy` and hand it to the server; every question is asked with the tree's lock held.

By default a client may change attributes (unless declared `writable=False`), emit events and call services; it may create, destroy and
move only objects of classes that say `client_creatable = True`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .session import Session
from .sobject import SObject

if TYPE_CHECKING:
    from .topics import AttributeSpec


class Policy:
    """The default policy; each method answers one question."""

    def may_see(self, session: Session, sobject: SObject, name: str | None = None) -> bool:
        """May the client see this object, or (with a name) this attribute of it? What is below a hidden object is hidden, too.

        It is asked when the object or attribute comes into question, not at every change: when the answer depends on anything else than
        these two, call `server.policy_changed()` when that has changed. The root object itself is never hidden, its attributes may be.
        """
        return True

    @property
    def hides(self) -> bool:
        """Whether anything may be hidden; what clients are told is shared between them only where nothing is."""
        return type(self).may_see is not Policy.may_see

    def may_change(self, session: Session, sobject: SObject, name: str, spec: AttributeSpec) -> bool:
        """May the client change this attribute, or emit this event?"""
        return spec.writable

    def may_create(self, session: Session, cls: type[SObject], parent: SObject) -> bool:
        """May the client create an object of this class there?"""
        return cls.client_creatable

    def may_shape(self, session: Session, sobject: SObject) -> bool:
        """May the client destroy, clear or move this object, tag it, or give it attributes?"""
        return sobject.client_creatable

    def may_call(self, session: Session, service: str, sobject: SObject | None) -> bool:
        """May the client call this service?"""
        return True
