"""The operations table for stories of thousands of calls: an emulator would take minutes."""

from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from botocore.exceptions import ClientError

Item = dict[str, dict[str, Any]]


class TableInMemory:
    """What delivery asks of DynamoDB, with the conditions that it names, and no other."""

    def __init__(self, before: Callable[[], None], changed: Callable[[], None]) -> None:
        self._items: dict[str, Item] = {}
        self._before, self._changed = before, changed

    def get_item(self, *, Key: Item, **_: Any) -> dict[str, Any]:  # noqa: N803 (AWS's name)
        self._before()
        found = self._items.get(Key["id"]["S"])
        answer = {"ResponseMetadata": {"HTTPHeaders": {"date": formatdate(usegmt=True)}}}
        return answer | ({"Item": found} if found is not None else {})

    def put_item(self, *, Item: Item, **asked: Any) -> None:  # noqa: N803
        self._before()
        self._require(Item["id"]["S"], asked)
        self._items[Item["id"]["S"]] = Item
        self._changed()

    def delete_item(self, *, Key: Item, **asked: Any) -> None:  # noqa: N803
        self._before()
        self._require(Key["id"]["S"], asked)
        del self._items[Key["id"]["S"]]
        self._changed()

    def update_item(self, *, Key: Item, **asked: Any) -> None:  # noqa: N803
        self._before()
        verb, _ = asked["UpdateExpression"].split(" members ")
        named = {*asked["ExpressionAttributeValues"][":member"]["SS"]}
        held = self._items.get(Key["id"]["S"], {}).get("members", {}).get("SS", [])
        left = {"ADD": {*held} | named, "DELETE": {*held} - named}[verb]
        self._items[Key["id"]["S"]] = {**Key, "members": {"SS": [*left]}}
        self._changed()

    def _require(self, id: str, asked: dict[str, Any]) -> None:
        found = self._items.get(id)
        holds = {
            "attribute_not_exists(id)": lambda: found is None,
            "revision = :known": lambda: (
                found is not None
                and found["revision"] == asked["ExpressionAttributeValues"][":known"]
            ),
        }[asked["ConditionExpression"]]()
        if not holds:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
