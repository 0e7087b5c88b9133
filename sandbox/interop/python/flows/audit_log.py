from json import JSONDecodeError

from stage import rejection

DOES = "the audit log is asked for, which comes as CSV"


def play(stage):
    query = {"startTime": "2026-01-01T00:00:00.000Z", "endTime": "2026-02-01T00:00:00.000Z"}
    rejection(JSONDecodeError, lambda: stage.client("ada").auth.list_audit_logs(query))
    stage.defect("an answer that is no JSON cannot be read")
