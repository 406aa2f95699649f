"""The parts of a full sandbox, and which waits for which."""

from sandbox.layout import Layout
from sandbox.parts import Part
from sandbox.plan import Plan


def everything(layout: Layout, plan: Plan) -> list[Part]:
    """AWS, registry, one cluster per environment, and the user's workers."""
    # Imported here: commands that only ask for the status should not load the emulator.
    from sandbox import aws, containers, kubernetes

    parts = [*aws.parts(layout), containers.registry_part(layout), containers.warm_part(layout)]
    parts.append(kubernetes.provider_part(layout))
    for each in layout.environments:
        parts += kubernetes.parts(layout, layout.environment(each.name))
    return [*parts, *workers(plan, depends_on=tuple(part.name for part in parts))]


def workers(plan: Plan, depends_on: tuple[str, ...]) -> list[Part]:
    """The user's own processes, started once everything else serves, or right away."""
    return [
        Part(
            name=each.name,
            argv=each.argv,
            env=each.env,
            directory=each.directory,
            depends_on=() if each.at_once else depends_on,
        )
        for each in plan.workers
    ]
