"""Data forms (XEP-0004)."""

from xml.sax.saxutils import escape, quoteattr

DATA = "{jabber:x:data}"


def field_values(stanza):
    """The values of a form by the names of its fields; "" where a field has none."""
    return {field.get("var"): field.findtext(f"{DATA}value") or "" for field in stanza.xml.iter(f"{DATA}field")
            if field.get("var")}


def submit(form_type, values):
    """A filled form."""
    fields = {**values, "FORM_TYPE": form_type}
    inside = "".join(f"<field var={quoteattr(name)}><value>{escape(value)}</value></field>"
                     for name, value in fields.items())
    return f"<x xmlns='jabber:x:data' type='submit'>{inside}</x>"
