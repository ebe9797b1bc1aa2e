"""What a check before Won finds. Plain data, kept as JSON and shown by the browser."""

# nothing would get through; something differs or may be stopped there; good to know
BLOCKING, WARNING, NOTE = "blocking", "warning", "note"
SEVERITIES = (BLOCKING, WARNING, NOTE)


def make_finding(kind, severity, text, fix="", records=None):
    """
    :param str kind: what it is about: ``content``, ``customer``, ``address``, ``product``,
        ``tax``, ``value``, ``price``, ``stock``, ``credit``, ``system``
    :param str severity: one of :data:`SEVERITIES`
    :param str text: for people; says what to do where no button does it
    :param str fix: what the button does: ``crm.lead`` has a method ``_fix_finding_<fix>``
        and a label for it in ``_get_finding_labels``; "" for none
    :param records: what the button works on
    :return: dict, JSON-safe
    """
    return {
        "kind": kind,
        "severity": severity,
        "text": text,
        "fix": fix,
        "model": records._name if records else "",
        "ids": records.ids if records else [],
    }


def sort_findings(findings):
    """What is worst comes first, each thing once."""
    seen, unique = set(), []
    for finding in findings:
        if finding["text"] not in seen:
            seen.add(finding["text"])
            unique.append(finding)
    return sorted(unique, key=lambda item: SEVERITIES.index(item["severity"]))
