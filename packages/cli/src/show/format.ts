import { openEnvelope } from './envelope.ts';

/** A duration as people read it: `0 ms`, `340 ms`, `1.2 s`, `2 m 05 s`, `1 h 03 m`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return hours === 0 ? `${minutes} m ${twoDigits(rest)} s` : `${hours} h ${twoDigits(minutes)} m`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** A share from 0 to 1 as people read it: `0 %`, `0.4 %`, `12 %`. Only nothing is 0 %, and only all 100 %. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.05) return '< 0.1 %';
  if (percent > 99.5 && percent < 100) return '> 99 %';
  return `${percent < 9.95 ? Number(percent.toFixed(1)) : Math.round(percent)} %`;
}

/** `1 task`, `2 tasks`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** So many are named one by one. */
const NAMED = 5;

/** `a, b and c`; of many the first ones, and how many more there are. */
export function named(all: readonly string[]): string {
  const [shown, more] = [all.slice(0, NAMED), all.length - NAMED];
  const last = more > 0 ? `${more} more` : shown.length > 1 ? shown.pop() : undefined;
  return last === undefined ? shown.join(', ') : `${shown.join(', ')} and ${last}`;
}

/** The first line of an error, without its name where that says nothing; of one within others what the innermost says. */
export function headline(error: unknown): string {
  const envelope = openEnvelope(error);
  if (envelope !== undefined && openEnvelope(envelope.content) !== undefined)
    return headline(envelope.content);
  if (!(error instanceof Error)) return firstLine(String(error));
  const message = firstLine(error.message);
  if (message === '') return error.name;
  return error.name === 'Error' || envelope !== undefined ? message : `${error.name}: ${message}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
