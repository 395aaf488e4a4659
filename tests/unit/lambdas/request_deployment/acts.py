"""What people do, and the one right result of each: the rows of the table in docs/deployments.md.

A row is a short history on a real registry. The result is what the manifest came to name after the
acts that are under test, with its reason and whether prod waits for a person; and how often people were
told that nothing was deployed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.unit.lambdas.request_deployment.scene import Scene

Requested = tuple[int, str, str]
"""Version, reason, and `waits` or `at once` for prod."""
Acts = Callable[[Scene], None]


@dataclass(frozen=True)
class Row:
    """One row of the table; `before` makes the situation, `acts` is what happens in it."""

    act: str
    effect: str
    before: Acts
    acts: Acts
    requested: tuple[Requested, ...] = ()
    told: int = 0


def live(*versions: int) -> Acts:
    """Versions that were registered, approved in this order and deployed to prod, each in its turn."""

    def before(scene: Scene) -> None:
        scene.register(max(versions))
        for version in versions:
            scene.approve(version)
            scene.was_deployed(version)

    return before


def waiting(registered: int) -> Acts:
    """Versions of which none is approved."""
    return lambda scene: scene.register(registered)


def acts(*steps: Acts) -> Acts:
    """One act after the other."""

    def together(scene: Scene) -> None:
        for step in steps:
            step(scene)

    return together


def at_once(*steps: Acts) -> Acts:
    """Acts whose events come when all is done."""

    def together(scene: Scene) -> None:
        with scene.events_held_back():
            for step in steps:
                step(scene)

    return together


def register_and_approve(scene: Scene) -> None:
    scene.approve(scene.register(1)[-1])


ROWS = (
    Row(
        "approve the first version",
        "a manifest for it; prod waits for the manual approval",
        waiting(1),
        lambda scene: scene.approve(1),
        ((1, "approved", "waits"),),
    ),
    Row(
        "approve a newer version",
        "a manifest for it; prod waits",
        live(1),
        register_and_approve,
        ((2, "approved", "waits"),),
    ),
    Row(
        "approve a version that is older than the live one",
        "a manifest for it: the approval that came last counts, not the number; prod waits",
        acts(waiting(2), lambda scene: scene.approve(2), lambda scene: scene.was_deployed(2)),
        lambda scene: scene.approve(1),
        ((1, "approved", "waits"),),
    ),
    Row(
        "approve two versions at once",
        "one manifest, for the one that was approved last",
        live(1),
        at_once(
            lambda scene: scene.register(2),
            lambda scene: scene.approve(3),
            lambda scene: scene.approve(2),
        ),
        ((2, "approved", "waits"),),
    ),
    Row(
        "reject the live version",
        "a manifest for the version that was approved last before it; prod does not wait, because that"
        " version was live there",
        live(1, 2),
        lambda scene: scene.reject(2),
        ((1, "rejected", "at once"),),
    ),
    Row(
        "reject the live version, where the one before was never live in prod",
        "a manifest for that one; prod waits",
        acts(waiting(2), lambda scene: scene.approve(1), lambda scene: scene.approve(2)),
        lambda scene: scene.reject(2),
        ((1, "rejected", "waits"),),
    ),
    Row(
        "reject the live version and the one before",
        "a manifest for the last one that is still approved",
        live(1, 2, 3),
        at_once(lambda scene: scene.reject(3), lambda scene: scene.reject(2)),
        ((1, "rejected", "at once"),),
    ),
    Row(
        "reject the only approved version",
        "nothing: what is live stays live, and a person is told, once",
        live(1),
        acts(lambda scene: scene.reject(1), lambda scene: scene.event()),
        told=1,
    ),
    Row(
        "reject a version that never was live",
        "nothing",
        acts(live(1), lambda scene: scene.register(1)),
        lambda scene: scene.reject(2),
    ),
    Row(
        "reject an approved version that is not the live one",
        "nothing",
        live(1, 2),
        lambda scene: scene.reject(1),
    ),
    Row(
        "approve the rejected version again",
        "a manifest for it; prod waits",
        acts(live(1, 2), lambda scene: scene.reject(2)),
        lambda scene: scene.approve(2),
        ((2, "approved", "waits"),),
    ),
    Row(
        "reject an older version and approve it again before anyone looked",
        "a manifest for it: the event of the rejection tells that the approval is a later one",
        live(1, 2),
        at_once(lambda scene: scene.reject(1), lambda scene: scene.approve(1)),
        ((1, "approved", "waits"),),
    ),
    Row(
        "set the live version back to `PendingManualApproval`",
        "nothing at once, because no rule matches; from the next event of the group on it counts as"
        " rejected",
        live(1, 2),
        acts(lambda scene: scene.set_back(2), lambda scene: scene.event()),
        ((1, "rejected", "at once"),),
    ),
    Row(
        "delete the live version",
        "nothing at once, because the registry sends no event; from the next event on a manifest for the"
        " version that was approved last before it; prod does not wait",
        live(1, 2),
        acts(lambda scene: scene.delete(2), lambda scene: scene.event()),
        ((1, "deleted", "at once"),),
    ),
    Row(
        "delete the only approved version",
        "nothing: what is live stays live, and a person is told at the next event",
        live(1),
        acts(lambda scene: scene.delete(1), lambda scene: scene.event()),
        told=1,
    ),
    Row(
        "delete a version that is not the live one",
        "nothing",
        live(1, 2),
        acts(lambda scene: scene.delete(1), lambda scene: scene.event()),
    ),
    Row(
        "change a version's description or metadata",
        "nothing: its approval keeps its time",
        live(1, 2),
        lambda scene: scene.change_metadata(1),
    ),
    Row(
        "an event comes twice, late, or in reverse order",
        "nothing more: only what the registry says now counts",
        live(1, 2),
        acts(
            lambda scene: scene.event(),
            lambda scene: scene.replay_events(reverse=True),
            lambda scene: scene.replay_events(),
        ),
    ),
    Row(
        "an event comes before the registry's list has changed",
        "nothing at that event; the next one finds the change",
        live(1),
        acts(lambda scene: scene.register(1), lambda scene: scene.approve_with_a_stale_list(2)),
        ((2, "approved", "waits"),),
    ),
    Row(
        "pin a version that was live in prod",
        "a manifest for it, a rollback; prod does not wait",
        live(1, 2),
        lambda scene: scene.pin(1),
        ((1, "rolled-back", "at once"),),
    ),
    Row(
        "pin a version that never was live",
        "a manifest for it; prod waits",
        acts(live(1), lambda scene: scene.register(1), lambda scene: scene.approve_silently(2)),
        lambda scene: scene.pin(2),
        ((2, "pinned", "waits"),),
    ),
    Row(
        "pin a version that is not approved, or does not exist",
        "nothing: what is live stays live, and a person is told",
        acts(live(1), lambda scene: scene.register(1)),
        acts(lambda scene: scene.pin(2), lambda scene: scene.pin(9)),
        told=2,
    ),
    Row(
        "pin something that is no version",
        "nothing: what is live stays live, and a person is told what is allowed",
        live(1),
        lambda scene: scene.pin("latest"),
        told=1,
    ),
    Row(
        "approve a version while another is pinned",
        "nothing: the pin holds",
        acts(live(1, 2), lambda scene: scene.pin(1)),
        register_and_approve,
    ),
    Row(
        "delete the pin",
        "a manifest for the version that was approved last; prod waits",
        acts(live(1, 2), lambda scene: scene.pin(1)),
        lambda scene: scene.unpin(),
        ((2, "unpinned", "waits"),),
    ),
    Row(
        "deploy the stack with other settings of a stage",
        "a manifest for the same version with them; prod waits",
        live(1),
        lambda scene: scene.change_settings("prod", keepVersions=5),
        ((1, "settings-changed", "waits"),),
    ),
    Row(
        "edit the manifest by hand",
        "at the next event the manifest says again what should be live",
        live(1, 2),
        acts(lambda scene: scene.edit_manifest(1), lambda scene: scene.event()),
        ((1, "approved", "waits"), (2, "approved", "waits")),
    ),
    Row(
        "put something unreadable, or of another schema version, in the manifest's place",
        "at the next event the manifest says again what should be live",
        live(1),
        acts(lambda scene: scene.spoil_manifest(), lambda scene: scene.event()),
        ((1, "approved", "waits"),),
    ),
)
