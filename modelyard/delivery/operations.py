"""The one table in which delivery keeps what must be true once: journeys, locks, events seen."""

import json
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from modelyard.place import Place


@dataclass(frozen=True, kw_only=True)
class Record:
    """One stored thing; `revision` guards against a writer that has not read the latest."""

    id: str
    revision: int
    body: dict[str, Any]


class Operations:
    """Conditional writes over DynamoDB: of two writers exactly one wins, the other is told."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    @classmethod
    def of(cls, place: "Place") -> "Operations":
        """Return the table of an environment."""
        return cls(place.client("dynamodb"), place.platform.operations_table)

    def create(self, id: str, body: dict[str, Any]) -> bool:
        """Store something new; False when it is there already."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=_item(id, 1, body),
                ConditionExpression="attribute_not_exists(id)",
            )
        except ClientError as error:
            return _lost(error)
        return True

    def read(self, id: str) -> Record | None:
        """Return what is stored now, not a moment ago."""
        return self.read_at(id)[0]

    def read_at(self, id: str) -> tuple[Record | None, float]:
        """The same, and when that was: in whole seconds of the table's clock.

        It is the one clock that all who share the table can see; their own may differ.
        """
        answer = self._client.get_item(
            TableName=self._table, Key={"id": {"S": id}}, ConsistentRead=True
        )
        date = answer["ResponseMetadata"]["HTTPHeaders"]["date"]
        now, item = parsedate_to_datetime(date).timestamp(), answer.get("Item")
        if item is None:
            return None, now
        body = json.loads(item["body"]["S"])
        return Record(id=id, revision=int(item["revision"]["N"]), body=body), now

    def replace(self, known: Record, body: dict[str, Any]) -> bool:
        """Write over exactly the revision that was read; False when another writer was first."""
        try:
            self._client.put_item(
                TableName=self._table,
                Item=_item(known.id, known.revision + 1, body),
                ConditionExpression="revision = :known",
                ExpressionAttributeValues={":known": {"N": str(known.revision)}},
            )
        except ClientError as error:
            return _lost(error)
        return True

    def remove(self, known: Record) -> bool:
        """Delete exactly the revision that was read; False when another writer was first."""
        try:
            self._client.delete_item(
                TableName=self._table,
                Key={"id": {"S": known.id}},
                ConditionExpression="revision = :known",
                ExpressionAttributeValues={":known": {"N": str(known.revision)}},
            )
        except ClientError as error:
            return _lost(error)
        return True

    def add_to_set(self, id: str, member: str) -> None:
        """Add a name to a set, whoever else does so at the same time."""
        self._client.update_item(
            TableName=self._table,
            Key={"id": {"S": id}},
            UpdateExpression="ADD members :member",
            ExpressionAttributeValues={":member": {"SS": [member]}},
        )

    def drop_from_set(self, id: str, member: str) -> None:
        """Take a name out of a set; it may be gone already."""
        self._client.update_item(
            TableName=self._table,
            Key={"id": {"S": id}},
            UpdateExpression="DELETE members :member",
            ExpressionAttributeValues={":member": {"SS": [member]}},
        )

    def members(self, id: str) -> list[str]:
        """List a set."""
        answer = self._client.get_item(
            TableName=self._table, Key={"id": {"S": id}}, ConsistentRead=True
        )
        return sorted(answer.get("Item", {}).get("members", {}).get("SS", []))


def _item(id: str, revision: int, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": {"S": id},
        "revision": {"N": str(revision)},
        "body": {"S": json.dumps(body, default=str)},
    }


def _lost(error: ClientError) -> bool:
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error
    return False
