// Reads a list of simulations from the standard input and writes what IAM says to each to the standard output.
import { readFileSync } from 'node:fs'
import { getDenialReasons, runSimulation, runUnsafeSimulation } from '@cloud-copilot/iam-simulate'

async function verdict(simulation) {
  // API Gateway's actions are methods on paths, which are in no data that they could be validated against.
  if (simulation.request.action.startsWith('apigateway:')) {
    return { result: runUnsafeSimulation(simulation, {}), reasons: [] }
  }
  const response = await runSimulation(simulation, {})
  switch (response.resultType) {
    case 'error':
      return { error: response.errors }
    case 'single':
      return { result: response.overallResult, reasons: getDenialReasons(response.result.analysis) }
    case 'wildcard':
      return { error: { message: 'a request is about one resource' } }
  }
}

const simulations = JSON.parse(readFileSync(0, 'utf8'))
const verdicts = []
for (const simulation of simulations) {
  verdicts.push(await verdict(simulation))
}
process.stdout.write(JSON.stringify(verdicts))
