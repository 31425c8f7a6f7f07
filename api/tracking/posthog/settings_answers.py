"""What PostHog's clients ask for when they start, so that they need no host of the vendor.

Sources: ``posthog-js`` (``remote-config.ts``, ``types.ts``), ``posthog`` for Python (``request.py``).
"""

from typing import Any

import orjson


def remote_config(write_key: str) -> dict[str, Any]:
    """What a browser may do: capture, and nothing that would load more from anywhere.

    Of surveys nothing is said: for ``posthog-js`` 1.449 even ``false`` is a reason to load their script.
    """
    return {
        "token": write_key,
        "supportedCompression": ["gzip", "gzip-js"],
        "hasFeatureFlags": False,
        "captureDeadClicks": False,
        "capturePerformance": False,
        "autocapture_opt_out": False,
        "autocaptureExceptions": False,
        "analytics": {"endpoint": "/i/v0/e/"},
        "elementsChainAsString": True,
        "sessionRecording": False,
        "heatmaps": False,
        "productTours": False,
        "conversations": False,
        "logs": {"captureConsoleLogs": False},
        "defaultIdentifiedOnly": True,
        "siteApps": [],
    }


def config_script(write_key: str) -> bytes:
    """The same, as the script that a page loads first."""
    kept = orjson.dumps({write_key: {"config": remote_config(write_key), "siteApps": []}})
    # In a page nothing may look like the end of a script.
    safe = kept.replace(b"<", b"\\u003c")
    return b"window._POSTHOG_REMOTE_CONFIG=Object.assign(window._POSTHOG_REMOTE_CONFIG||{}," + safe + b");"


def flags(write_key: str) -> dict[str, Any]:
    """No feature flag is on, in the words of every version that asks."""
    return {
        **remote_config(write_key),
        "flags": {},
        "featureFlags": {},
        "featureFlagPayloads": {},
        "errorsWhileComputingFlags": False,
    }
