"""What operators import into other programs: the dashboard of Grafana, Prometheus' alert rules, the DOAP file."""

import json
import re
import subprocess
import xml.etree.ElementTree as ET

from support.process import REPOSITORY

FOLDER = REPOSITORY / "docs" / "admin" / "monitoring"
XEP = "{https://linkmauve.fr/ns/xmpp-doap#}xep"


def test_rules_and_their_tests_pass():
    for words in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        result = subprocess.run(["promtool", *words], cwd=FOLDER, capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, result.stdout + result.stderr


def test_every_metric_that_is_shown_or_watched_is_there():
    dashboard = json.loads((FOLDER / "grafana.json").read_text())
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert queries
    watched = " ".join(queries) + (FOLDER / "alerts.yml").read_text()
    names = set(re.findall(r"\b(?:isthmus|process)_[a-z_]+", watched))
    known = (REPOSITORY / "app" / "metrics.cpp").read_text() + (REPOSITORY / "docs/admin/configuration.md").read_text()
    assert not {name for name in names if re.sub("_(bucket|count|sum)$", "", name) not in known}


def test_the_description_names_what_the_feature_list_names():
    described = {element.attrib.popitem()[1] for element in ET.parse(REPOSITORY / "docs" / "doap.xml").iter(XEP)}
    numbers = {re.search(r"xep-(\d{4})", address)[1] for address in described}
    assert numbers == set(re.findall(r"XEP-(\d{4})", (REPOSITORY / "docs" / "features.md").read_text()))
