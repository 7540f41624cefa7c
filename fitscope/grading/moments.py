"""When something was handed in or made, as far as that can be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

NEVER = datetime.min.replace(tzinfo=UTC)
_SLACK = timedelta(days=1)  # by which a student's clock may be ahead


def moment_of(text: str | None) -> datetime:
    """Return a moment of ISO 8601; what is none comes before all others.

    Example:
        >>> moment_of("2026-11-20T12:00:00").isoformat(), moment_of("yesterday") == NEVER
        ('2026-11-20T12:00:00+00:00', True)
    """
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return NEVER
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_to_come(created: str | None) -> bool:
    """Tell whether a result says of itself that it was made later than tomorrow."""
    return moment_of(created) > datetime.now(UTC) + _SLACK


def made(created: str | None) -> datetime:
    """Return when a result was made; one that says a time to come is no newer than any other."""
    return NEVER if is_to_come(created) else moment_of(created)
