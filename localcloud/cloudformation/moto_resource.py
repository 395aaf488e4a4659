"""Resource types that only moto has: made by moto's own class, with what it ignores refused.

moto drops a property that it does not know without a word. Here the properties are handed to moto in
a dictionary that records what is read; a property that moto never looked at fails the resource, by
name. Differences from AWS: moto answers nothing about members below the first level, calls nobody
(the stack's role is not used), and an update is what moto makes of it.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from functools import cache
from typing import Any

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from localcloud.cloudformation.resource import Context, Created, Resource
from localcloud.errors import AwsError

EXCLUDED = frozenset(
    {
        # moto's class for a nested stack would make it with moto's engine instead of ours.
        "AWS::CloudFormation::Stack",
        "AWS::SERVICE::RESOURCE",
        # moto's class makes a record in a service of ours, which nothing there acts on.
        "AWS::Events::Archive",
        "AWS::Lambda::EventSourceMapping",
        "AWS::Lambda::LayerVersion",
        "AWS::SageMaker::Endpoint",
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Model",
        "AWS::SageMaker::NotebookInstance",
        "AWS::SageMaker::NotebookInstanceLifecycleConfig",
    }
)
# Tags change nothing that a template can observe; moto reads them for some types only.
UNOBSERVED = frozenset({"Tags"})


@cache
def type_names() -> frozenset[str]:
    """Every type that moto has a class for and whose class can create it."""
    models = parsing.get_model_map()
    return frozenset(name for name in models if name.startswith("AWS::")) - EXCLUDED


@cache
def adapter(type_name: str) -> MotoResource:
    """What makes resources of a type that moto has."""
    if type_name not in type_names():
        raise AwsError(
            "ValidationError",
            f"Template format error: Unrecognized resource types: [{type_name}]",
        )
    return MotoResource(type_name, parsing.get_model_map()[type_name])


class Recorded(dict[str, Any]):
    """Properties that remember which of them were read."""

    def __init__(self, properties: Mapping[str, Any]) -> None:
        super().__init__(properties)
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.read.add(name)
        return super().get(name, default)

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return super().__contains__(name)

    def __iter__(self) -> Iterator[str]:
        self.read.update(super().keys())
        return super().__iter__()

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        self.read.update(super().keys())
        return super().items()

    def pop(self, name: str, *default: Any) -> Any:
        self.read.add(name)
        return super().pop(name, *default)

    def unread(self) -> list[str]:
        """The properties that nobody looked at."""
        return sorted(set(super().keys()) - self.read - UNOBSERVED)


class MotoAttributes(Mapping[str, Any]):
    """`Fn::GetAtt` of an instance of moto's class; nothing is known in advance."""

    def __init__(self, instance: Any) -> None:
        self.instance = instance

    def __getitem__(self, name: str) -> Any:
        return self.instance.get_cfn_attribute(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class MotoResource(Resource):
    """One type of moto's."""

    def __init__(self, type_name: str, model: type[CloudFormationModel]) -> None:
        self._type = type_name
        self._model = model
        self._instances: dict[tuple[str, str, str], Any] = {}

    def validate(self, properties: Mapping[str, Any]) -> None:
        pass

    def create(self, properties: dict[str, Any], context: Context) -> Created:
        recorded = Recorded(properties)
        name_property = self._model.cloudformation_name_type()
        name = (properties.get(name_property) if name_property else None) or context.generate_name()
        instance = self._model.create_from_cloudformation_json(
            name,
            {"Type": self._type, "Properties": recorded},
            context.account_id,
            context.region,
            LogicalId=context.logical_id,
            StackId=context.stack_id,
            ResourceType=self._type,
        )
        return self._remember(instance, name, recorded, context)

    def update(
        self, physical_id: str, old: dict[str, Any], new: dict[str, Any], context: Context
    ) -> Mapping[str, Any]:
        update = self._model.update_from_cloudformation_json
        if hasattr(update, "__isabstractmethod__"):
            return super().update(physical_id, old, new, context) or {}
        recorded = Recorded(new)
        name_property = self._model.cloudformation_name_type()
        instance = update(
            original_resource=self._instances[self._key(context, physical_id)],
            new_resource_name=new.get(name_property) or physical_id,
            cloudformation_json={"Type": self._type, "Properties": recorded},
            account_id=context.account_id,
            region_name=context.region,
        )
        made = self._remember(instance, physical_id, recorded, context)
        if made.physical_id != physical_id:
            raise AwsError(
                "NotUpdatable",
                f"unsupported by the local cloud: a replacement of {self._type}, made by moto",
            )
        return made.attributes

    def delete(self, physical_id: str, properties: dict[str, Any], context: Context) -> None:
        instance = self._instances.pop(self._key(context, physical_id), None)
        delete = self._model.delete_from_cloudformation_json
        if not hasattr(delete, "__isabstractmethod__"):
            resource = {"Type": self._type, "Properties": properties}
            delete(physical_id, resource, context.account_id, context.region)
        elif hasattr(instance, "delete"):
            instance.delete(context.account_id, context.region)
        else:
            raise AwsError(
                "NotDeletable",
                f"unsupported by the local cloud: deletion of {self._type}, which moto cannot",
            )

    def get_att(self, attribute: str, physical_id: str, known: Mapping[str, Any]) -> Any:
        try:
            return known[attribute]
        except Exception as error:
            raise AwsError(
                "ValidationError",
                f"Template error: resource {physical_id} does not support attribute type "
                f"{attribute} in Fn::GetAtt",
            ) from error

    def _remember(self, instance: Any, name: str, recorded: Recorded, context: Context) -> Created:
        # Some of moto's classes have no id (an event bus): their resource is known by its name.
        physical_id = str(getattr(instance, "physical_resource_id", name))
        if physical_id == name:
            # moto is given the name beside the properties, and took it.
            recorded.read.add(self._model.cloudformation_name_type())
        self._instances[self._key(context, physical_id)] = instance
        unread = recorded.unread()
        if unread:
            self.delete(physical_id, dict(recorded), context)
            raise AwsError(
                "ValidationError",
                f"unsupported property {', '.join(unread)} of {self._type}: moto ignores it",
            )
        return Created(physical_id, MotoAttributes(instance))

    def _key(self, context: Context, physical_id: str) -> tuple[str, str, str]:
        return context.stack_id, context.logical_id, physical_id
