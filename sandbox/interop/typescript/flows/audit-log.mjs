import assert from 'node:assert/strict'

import { rejection } from '../stage.mjs'

export const does = 'the audit log is asked for, which comes as CSV'

export async function play(stage) {
  const query = { startTime: '2026-01-01T00:00:00.000Z', endTime: '2026-02-01T00:00:00.000Z' }
  const failure = await rejection(stage.client('ada').auth.listAuditLogs({ query }))
  assert.equal(failure.name, 'FetchError')
  assert.match(failure.message, /invalid json response body/)
  stage.defect('an answer that is no JSON cannot be read')
}
