import type { Breakages } from './breakages/breakage.ts';
import { finding } from './breakages/finding.ts';
import { keeping } from './breakages/keeping.ts';
import { reading } from './breakages/reading.ts';
import { starting } from './breakages/starting.ts';
import { writing } from './breakages/writing.ts';

/** For each case of the suite, stores that must not pass it. */
export const breakages: Breakages = { ...writing, ...starting, ...reading, ...finding, ...keeping };
