"""The page's address, changed in one go: each change is one step back in the browser."""

from collections.abc import Mapping, Sequence

import streamlit as st


def change(values: Mapping[str, str | Sequence[str] | None]) -> None:
    """Give names in the address these values, and take out those without one; all others stay as they are."""
    now = {name: st.query_params.get_all(name) for name in st.query_params}
    new = {name: [value] if isinstance(value, str) else list(value or ()) for name, value in values.items()}
    wanted = {name: value for name, value in {**now, **new}.items() if any(value)}
    if wanted != now:
        st.query_params.from_dict(wanted)


def take_out(*names: str) -> None:
    """Take names out of the address."""
    change(dict.fromkeys(names))
