"""The envelope around every serialized object: which class it is, and whether that class is Keras's own.

Keras 3 and Keras 2.12+ archives write `module`, `class_name`, `config`, `registered_name`; HDF5 files only
`class_name` and `config`, with custom classes as `package>Name` (keras-facts: "Object envelopes").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logitcheck.loader.fields import label, mapping, text

_OWN_MODULES = frozenset({"keras", "tf_keras", "tensorflow"})


@dataclass(frozen=True, slots=True)
class Envelope:
    """One serialized object.

    class_name: without package. package: of a registered custom class. module: as stored.
    """

    class_name: str
    config: Mapping[str, object]
    module: str | None
    has_module: bool
    package: str | None

    @property
    def is_custom(self) -> bool:
        """Whether the class is the user's or a third party's, as far as the file tells."""
        if self.package is not None:
            return True
        if not self.has_module:
            return False
        return self.module is None or self.module.split(".")[0] not in _OWN_MODULES

    @property
    def full_name(self) -> str:
        """The class name with its package, as the user would write it in settings."""
        return f"{self.package}>{self.class_name}" if self.package else self.class_name


def read(raw: object) -> Envelope | None:
    """Read an object's envelope; None if `raw` is no serialized object."""
    fields = mapping(raw)
    class_name = label(fields.get("class_name"))
    if class_name is None:
        return None
    package, _, bare = class_name.rpartition(">")
    config = fields.get("config")  # a list of layers in the Sequential of Keras <= 2.2.2
    registered = label(fields.get("registered_name"))
    registered_package = registered.rpartition(">")[0] if registered is not None else None
    return Envelope(
        class_name=bare,
        config={"layers": config} if isinstance(config, list) else mapping(config),
        module=text(fields.get("module")),
        has_module="module" in fields,
        package=package or registered_package or None,
    )
