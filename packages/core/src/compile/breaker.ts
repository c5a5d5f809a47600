import { isSameSetting, optionOf, showSetting } from '../model/breaker.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { BreakerPolicy, BreakerSetting } from '../model/policy.ts';
import { planDuration } from './policies.ts';
import { show } from './show.ts';

type Report = (diagnostic: Diagnostic) => void;

const SETTINGS = [
  'failureRate',
  'minimumCalls',
  'windowMs',
  'resetAfterMs',
  'countIf',
] as const satisfies readonly BreakerSetting[];
const KEYS = ['name', ...SETTINGS.map(optionOf), 'whenOpen'];
const WHEN_OPEN = ['wait', 'fail'] as const;

/**
 * A task's breaker, from its name alone or from options. `given` comes from users, perhaps from untyped code: what is
 * wrong with it is reported.
 */
export function planBreaker(task: string, given: unknown, report: Report): BreakerPolicy | undefined {
  const bad = (message: string): void =>
    report({ code: 'bad_breaker', task, message: `task '${task}': ${message}` });
  const options = toOptions(given);
  if (options === undefined) {
    bad(`breaker takes a name or options such as { name: 'payments', failureRate: 0.5 }, not ${show(given)}`);
    return undefined;
  }
  for (const key of Object.keys(options)) {
    if (!KEYS.includes(key)) bad(`breaker has no option '${key}'; its options are ${KEYS.join(', ')}`);
  }
  const {
    name,
    failureRate = 0.5,
    minimumCalls = 5,
    window = '10s',
    resetAfter = '30s',
    countIf,
    whenOpen = 'wait',
  } = options;
  if (typeof name !== 'string' || name.trim() === '') {
    bad(`breaker.name is the text by which tasks share the breaker, such as 'payments', not ${show(name)}`);
  }
  if (typeof failureRate !== 'number' || !(failureRate > 0 && failureRate <= 1)) {
    bad(
      `breaker.failureRate is a share above 0 and up to 1, such as 0.5 for half of all calls, not ${show(failureRate)}`,
    );
  }
  if (!Number.isInteger(minimumCalls) || (minimumCalls as number) < 1) {
    bad(`breaker.minimumCalls is a whole number from 1, not ${show(minimumCalls)}`);
  }
  if (countIf !== undefined && typeof countIf !== 'function')
    bad(`breaker.countIf is a function of the error, not ${show(countIf)}`);
  if (!WHEN_OPEN.includes(whenOpen as never))
    bad(`breaker.whenOpen is one of ${WHEN_OPEN.join(', ')}, not ${show(whenOpen)}`);
  return Object.freeze({
    name: name as string,
    given: SETTINGS.filter((setting) => options[optionOf(setting)] !== undefined),
    failureRate: failureRate as number,
    minimumCalls: minimumCalls as number,
    windowMs: planDuration(task, 'breaker.window', window, report, { positive: true }) ?? 0,
    resetAfterMs: planDuration(task, 'breaker.resetAfter', resetAfter, report, { positive: true }) ?? 0,
    countIf: countIf as BreakerPolicy['countIf'],
    whenOpen: whenOpen as BreakerPolicy['whenOpen'],
  });
}

/** The breakers of one workflow's tasks: what a name alone says is worked out once for all who say it. */
export function breakerPlanner(
  report: Report,
): (task: { readonly id: string; readonly breaker?: unknown }) => BreakerPolicy | undefined {
  const named = new Map<unknown, BreakerPolicy>();
  return ({ id, breaker }) => {
    if (breaker === undefined) return undefined;
    const known = named.get(breaker);
    if (known !== undefined) return known;
    const planned = planBreaker(id, breaker, report);
    if (planned !== undefined && typeof breaker === 'string') named.set(breaker, planned);
    return planned;
  };
}

/**
 * Reports each task that shares a breaker with one before it and gives it another setting. A task that leaves a
 * setting out takes what the others give.
 *
 * @param breakers The tasks' breakers, in the order of `tasks`.
 */
export function checkBreakers(
  tasks: readonly { readonly id: string }[],
  breakers: readonly (BreakerPolicy | undefined)[],
  report: Report,
): void {
  const givers = new Map<string, { readonly task: string; readonly policy: BreakerPolicy }>();
  for (const [index, policy] of breakers.entries()) {
    const task = tasks[index]?.id;
    if (policy === undefined || task === undefined) continue;
    for (const setting of policy.given) {
      const key = `${setting} ${policy.name}`;
      const first = givers.get(key);
      if (first === undefined) givers.set(key, { task, policy });
      else if (!isSameSetting(setting, first.policy, policy)) {
        const [theirs, mine] = [first.policy, policy].map((each) => showSetting(setting, each));
        report({
          code: 'bad_breaker',
          task,
          message: `task '${task}' shares breaker '${policy.name}' with task '${first.task}', but their ${optionOf(setting)} differs (${mine} and ${theirs}); give it in one of them only, or name two breakers`,
        });
      }
    }
  }
}

function toOptions(given: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof given === 'string') return { name: given };
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  return given as Readonly<Record<string, unknown>>;
}

/** The breakers of a workflow, each once, with every setting that any of its tasks gives. */
export function mergeBreakers(breakers: readonly (BreakerPolicy | undefined)[]): readonly BreakerPolicy[] {
  const merged = new Map<string, BreakerPolicy>();
  for (const policy of breakers) {
    if (policy === undefined) continue;
    const known = merged.get(policy.name);
    if (known === policy) continue;
    const added = policy.given.filter((setting) => known?.given.includes(setting) !== true);
    if (known === undefined) merged.set(policy.name, policy);
    else if (added.length > 0) {
      const settings = Object.fromEntries(added.map((setting) => [setting, policy[setting]]));
      merged.set(policy.name, { ...known, ...settings, given: [...known.given, ...added] });
    }
  }
  return [...merged.values()];
}
