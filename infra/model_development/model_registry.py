"""Where the versions of one model are numbered, and where a new one is told."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class ModelRegistryArgs:
    """What a caller decides about a `ModelRegistry`."""

    group_name: str
    """Physical name: training registers into it, delivery reads it by name."""

    description: str
    """What the model is for."""


class ModelRegistry(pulumi.ComponentResource):
    """A group of numbered model packages; versions are never numbered anew."""

    group_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        args: ModelRegistryArgs,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("modelyard:model_development:ModelRegistry", name, None, opts)

        group = aws.sagemaker.ModelPackageGroup(
            f"{name}-versions",
            model_package_group_name=args.group_name,
            model_package_group_description=args.description,
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.group_name = group.model_package_group_name
        self.register_outputs({"group_name": self.group_name})
