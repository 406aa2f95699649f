"""Alarms and dashboards; alarms are stored, not evaluated."""

from typing import Any

from sandbox.aws.provider.wire import Properties
from sandbox.aws.resources.handling import Call, Handler, Made, document, gone_is_fine, if_exists

_ALARM = {
    "comparisonOperator": "ComparisonOperator",
    "evaluationPeriods": "EvaluationPeriods",
    "metricName": "MetricName",
    "namespace": "Namespace",
    "period": "Period",
    "statistic": "Statistic",
    "extendedStatistic": "ExtendedStatistic",
    "threshold": "Threshold",
    "unit": "Unit",
    "treatMissingData": "TreatMissingData",
    "datapointsToAlarm": "DatapointsToAlarm",
    "alarmDescription": "AlarmDescription",
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "okActions": "OKActions",
    "insufficientDataActions": "InsufficientDataActions",
}


def _put_alarm(call: Call) -> Properties:
    wanted = call.inputs
    request: dict[str, Any] = {
        name: wanted[key] for key, name in _ALARM.items() if wanted.get(key) is not None
    }
    if wanted.get("dimensions"):
        request["Dimensions"] = [
            {"Name": key, "Value": value} for key, value in wanted["dimensions"].items()
        ]
    if wanted.get("metricQueries"):
        request["Metrics"] = [_query(each) for each in wanted["metricQueries"]]
    call.aws("cloudwatch").put_metric_alarm(
        AlarmName=wanted["name"], Tags=call.tag_list, **request
    )
    arn = f"arn:aws:cloudwatch:{call.region}:{call.account}:alarm:{wanted['name']}"
    return {"arn": arn, "evaluateLowSampleCountPercentiles": ""}


def _query(query: Properties) -> dict[str, Any]:
    entry: dict[str, Any] = {
        name: query[key]
        for key, name in (
            ("id", "Id"),
            ("expression", "Expression"),
            ("label", "Label"),
            ("returnData", "ReturnData"),
            ("period", "Period"),
        )
        if query.get(key) is not None
    }
    metric = query.get("metric")
    if metric:
        dimensions = metric.get("dimensions", {}).items()
        entry["MetricStat"] = {
            "Metric": {
                "Namespace": metric.get("namespace"),
                "MetricName": metric["metricName"],
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
            },
            "Period": metric["period"],
            "Stat": metric["stat"],
        }
    return entry


def _create_alarm(call: Call) -> Made:
    return Made(str(call.inputs["name"]), _put_alarm(call))


def _read_alarm(call: Call) -> Properties | None:
    found = call.aws("cloudwatch").describe_alarms(AlarmNames=[call.id])["MetricAlarms"]
    return {"arn": found[0]["AlarmArn"], "name": call.id} if found else None


ALARM = Handler(
    create=_create_alarm,
    read=if_exists(_read_alarm),
    update=_put_alarm,
    delete=gone_is_fine(lambda call: call.aws("cloudwatch").delete_alarms(AlarmNames=[call.id])),
)


def _put_dashboard(call: Call) -> Properties:
    name = str(call.inputs["dashboardName"])
    call.aws("cloudwatch").put_dashboard(
        DashboardName=name, DashboardBody=document(call.inputs["dashboardBody"])
    )
    return {"dashboardArn": f"arn:aws:cloudwatch::{call.account}:dashboard/{name}"}


def _create_dashboard(call: Call) -> Made:
    return Made(str(call.inputs["dashboardName"]), _put_dashboard(call))


def _read_dashboard(call: Call) -> Properties:
    call.aws("cloudwatch").get_dashboard(DashboardName=call.id)
    return {"dashboardName": call.id}


DASHBOARD = Handler(
    create=_create_dashboard,
    read=if_exists(_read_dashboard),
    update=_put_dashboard,
    delete=gone_is_fine(
        lambda call: call.aws("cloudwatch").delete_dashboards(DashboardNames=[call.id])
    ),
)
