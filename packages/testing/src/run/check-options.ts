import { didYouMean, OptionError, type Plan, type PlannedTask } from '@wf-sdk/core';
import type { FailurePlan } from './failures.ts';
import { isForItems } from './instrument.ts';
import type { LooseOptions } from './loose-options.ts';
import { checkSecretsGiven } from './secrets.ts';
import { checkSignals } from './signals.ts';
import { TestKitError } from './test-kit-error.ts';

/**
 * @throws TestKitError for what names no task, or something that this task can never do.
 * @throws OptionError
 */
export function checkOptions(plan: Plan, options: LooseOptions): void {
  const { stubs = {}, failures = {}, decisions = {}, conditions = {}, compensations = {} } = options;
  const { onUnstubbed, seed, cancelOn } = options;
  if (onUnstubbed !== undefined && onUnstubbed !== 'run' && onUnstubbed !== 'error')
    throw new OptionError('onUnstubbed', `'run' or 'error'`, onUnstubbed);
  if (seed !== undefined && !Number.isSafeInteger(seed))
    throw new OptionError('seed', 'a whole number', seed);
  checkNames(options);
  checkSecretsGiven(plan, options);
  checkSignals(plan, options);
  for (const [option, named] of Object.entries({ stubs, failures, decisions, conditions, compensations }))
    for (const id of Object.keys(named)) taskOf(plan, id, option);
  for (const [id, failure] of Object.entries(failures)) {
    if (failure !== undefined) checkFailure(taskOf(plan, id, 'failures'), failure, stubs);
  }
  if (cancelOn?.task !== undefined) taskOf(plan, cancelOn.task, 'cancelOn');
  for (const id of Object.keys(conditions)) {
    if (taskOf(plan, id, 'conditions').definition.conditions !== undefined) continue;
    throw new TestKitError(`conditions.${id}: task '${id}' has no condition; give it one by .when()`);
  }
  for (const [id, said] of Object.entries(decisions))
    for (const decision of Array.isArray(said) ? (said as unknown[]) : [said]) checkDecision(id, decision);
  for (const [id, said] of Object.entries(compensations)) {
    if (typeof said !== 'function') checkFailurePlan(`compensations.${id}`, said);
    if (taskOf(plan, id, 'compensations').compensate !== undefined) continue;
    throw new TestKitError(
      `compensations.${id}: task '${id}' has no undo function; give it one by .compensate()`,
    );
  }
}

const OPTIONS: Readonly<Record<keyof LooseOptions, true>> = {
  input: true,
  stubs: true,
  stubAll: true,
  failures: true,
  decisions: true,
  conditions: true,
  cancelOn: true,
  compensations: true,
  secrets: true,
  signals: true,
  onUnstubbed: true,
  clock: true,
  autoAdvance: true,
  patience: true,
  seed: true,
  id: true,
  concurrency: true,
  timeout: true,
  gracePeriod: true,
  signal: true,
  observers: true,
  mode: true,
  onFailure: true,
  resources: true,
  dispatcher: true,
  module: true,
  maxDepth: true,
};

function checkNames(options: LooseOptions): void {
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(OPTIONS, name)) continue;
    throw new TestKitError(`option '${name}' is not known${didYouMean(name, Object.keys(OPTIONS))}`);
  }
}

function taskOf(plan: Plan, id: string, option: string): PlannedTask {
  const task = plan.tasks[plan.indexOf.get(id) ?? -1];
  if (task !== undefined) return task;
  const hint = didYouMean(id, plan.indexOf.keys());
  throw new TestKitError(`${option}.${id}: workflow '${plan.id}' has no task '${id}'${hint}`);
}

function checkFailure(
  { id, timeoutMs, definition }: PlannedTask,
  failure: FailurePlan,
  stubs: Readonly<Record<string, unknown>>,
): void {
  const isStubbed = Object.hasOwn(stubs, id);
  const at = `failures.${id}: task '${id}'`;
  checkFailurePlan(`failures.${id}`, failure);
  if (definition.sleep !== undefined && !isStubbed)
    throw new TestKitError(`${at} sleeps: it has no attempts that could fail`);
  if (definition.signal !== undefined && !isStubbed)
    throw new TestKitError(`${at} waits for a signal: it has no attempts that could fail`);
  if (timeoutMs === undefined && mentions(failure, 'timeout'))
    throw new TestKitError(
      `${at} has no .timeout() that could pass; say 'hang' for an attempt that does not end`,
    );
  if (typeof failure !== 'object' || !('items' in failure)) return;
  if (definition.fanOut === undefined) throw new TestKitError(`${at} is not fanned out: it has no items`);
  if (isStubbed && !isForItems(stubs[id]))
    throw new TestKitError(`${at} is stubbed as a whole: stub its items with a function, or do not stub it`);
}

const DECISIONS: readonly unknown[] = ['retry', 'skip', 'fail'];

function checkDecision(id: string, decision: unknown): void {
  if (DECISIONS.includes(decision)) return;
  if (typeof decision === 'object' && decision !== null && ('approve' in decision || 'fail' in decision))
    return;
  throw new TestKitError(
    `decisions.${id}: a decision is 'retry', 'skip', 'fail', { fail: error } or { approve: output }, not ${JSON.stringify(decision)}`,
  );
}

/** Untyped code may give anything: what is no failure would be taken for an attempt that hangs. */
function checkFailurePlan(at: string, plan: unknown): void {
  if (plan instanceof Error || plan === 'timeout' || plan === 'hang' || typeof plan === 'function') return;
  if (Array.isArray(plan)) {
    for (const one of plan) if (one !== undefined) checkFailurePlan(at, one);
    return;
  }
  if (typeof plan === 'object' && plan !== null && 'items' in plan) {
    for (const one of Object.values(plan.items as object)) checkFailurePlan(at, one);
    return;
  }
  throw new TestKitError(
    `${at}: a failure is an Error, 'timeout' or 'hang', not ${JSON.stringify(plan)}; say them by attempt in a list, by item under items`,
  );
}

function mentions(plan: FailurePlan | undefined, failure: 'timeout'): boolean {
  if (typeof plan === 'function' || plan === undefined || plan instanceof Error) return false;
  if (typeof plan === 'string') return plan === failure;
  if ('items' in plan) return Object.values(plan.items).some((ofItem) => mentions(ofItem, failure));
  return plan.some((one) => one === failure);
}
