"""What browser clients ask for when they start, so that they need no host of a vendor.

Sources: ``@segment/analytics-next`` (``browser/settings``) and ``@rudderstack/analytics-js`` (``configManager``).
"""

from typing import Any

_ENABLED = {"__default": {"enabled": True, "integrations": {}}}


def segment_settings(host: str, scheme: str, write_key: str) -> dict[str, Any]:
    """Segment's settings: one destination, which is here, and no plan that would keep anything back."""
    here = {
        "apiKey": write_key,
        "apiHost": f"{host}/v1",
        "protocol": scheme,
        "unbundledIntegrations": [],
        "addBundledMetadata": True,
        "maybeBundledConfigIds": {},
        "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
    }
    return {
        "integrations": {"Segment.io": here},
        "plan": {"track": _ENABLED, "identify": _ENABLED, "group": _ENABLED},
        "edgeFunction": {},
        "analyticsNextEnabled": True,
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": {"sampleRate": 0},
        "legacyVideoPluginsEnabled": False,
        "remotePlugins": [],
    }


def rudder_settings(url: str, write_key: str, source: str) -> dict[str, Any]:
    """RudderStack's configuration of a source: no destinations in the browser, and nothing reported to anybody."""
    quiet = {"enabled": False}
    return {
        "source": {
            "id": source,
            "name": source,
            "writeKey": write_key,
            "workspaceId": "cdp",
            "enabled": True,
            "config": {"statsCollection": {"errors": quiet, "metrics": quiet}},
            "destinations": [],
            "connections": [],
            "dataplanes": {"default": [{"url": url, "default": True}]},
        },
    }
