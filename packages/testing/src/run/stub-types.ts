import type { AnyTask, DataOf, Fan, Reads, Settled, TaskContext, TriggerRule } from '@wf-sdk/core';
import type { Timed } from './after.ts';
import type { FailurePlan } from './failures.ts';
import type { Gate } from './gate.ts';

/*
 * The keys are mapped from the IDs, and a task is looked up where its key is used: for a thousand tasks with one stub the
 * type checker looks one up. A mapping with `as` would not tell a `gate()` or `after()` inside it what it stands for.
 */

/** What stands for tasks' handlers, by ID, in a workflow of the tasks `T` whose handlers read this input. */
export type Stubs<Input, T extends AnyTask> = {
  readonly [Id in T['id']]?: StubOf<Named<T, Id>, T, Input>;
};

/** The task of this ID; where IDs are computed, the one whose IDs are of this form. */
export type Named<T extends AnyTask, Id> = T extends AnyTask ? (Id extends T['id'] ? T : never) : never;

/** Which attempts fail, and how, by task. */
export type Failures<T extends AnyTask> = { readonly [Id in T['id']]?: FailurePlan };

/** What can stand for the handler of the task `E`. */
export type StubOf<E extends AnyTask, T extends AnyTask, Input> = E extends AnyTask
  ? StubBy<E['out'], DataOf<E, T, Input>>[FanOf<E>]
  : never;

/** A function that stands for a handler. It reads the same data, and may leave out what it does not need. */
export interface StubHandler<Data, Out> {
  (data: Data, context: TaskContext): Out | PromiseLike<Out>;
}

/** By what becomes of the outputs. Where there are items a function stands for the handler of each. */
interface StubBy<Out, Data> {
  readonly one: Stub<Out, Data, Out>;
  readonly all: Stub<Out, Data, ItemOf<Out>>;
  readonly settled: Stub<Out, Data, ValueOf<ItemOf<Out>>>;
  readonly summary: Stub<Out, Data, unknown>;
}

/** The output of the whole task, or a function that gives `Made`; either after some time, or when a gate is opened. */
type Stub<Out, Data, Made> =
  | Given<Out>
  | StubHandler<Data, Made>
  | Timed<Given<Out> | StubHandler<Data, Made>>
  | Gate<Out>;

/** `unknown` is spelled out, so that it does not swallow the functions beside it, whose parameters need a type. */
type Given<Out> = unknown extends Out ? {} | null | undefined : Out;

type FanOf<E extends AnyTask> =
  E['reads'] extends Reads<unknown, TriggerRule, infer F extends Fan> ? F : 'one';
type ItemOf<Out> = Out extends readonly (infer Item)[] ? Item : never;
type ValueOf<Item> = Item extends Settled<infer Value, 'succeeded'> ? Value : never;
