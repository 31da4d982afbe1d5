"""pkgplan: plan and apply Metronome packages from a YAML catalog."""

__version__ = "0.1.0"
