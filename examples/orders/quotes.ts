import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export const TICKERS = ['AAPL', 'AMZN', 'GOOG', 'IBM', 'MSFT'] as const;
export type Ticker = (typeof TICKERS)[number];

/** What one share costs, and how we know. */
export interface Price<Source extends string = string> {
  readonly source: Source;
  readonly date: string;
  readonly cents: number;
}

/**
 * The quote service: gives the newest price, that of 1 March 2010. In an outage it never answers, as services do that
 * are down: the call ends when the caller has waited long enough and aborts the signal.
 */
export async function askQuote(
  ticker: Ticker,
  outage: boolean,
  signal: AbortSignal,
): Promise<Price<'quote'>> {
  if (outage) await once(signal, 'abort');
  signal.throwIfAborted();
  return { source: 'quote', ...priceOf(ticker, -1) };
}

/** The close that we have on file, that of 1 February 2010: a month old, but always there. */
export function lastClose(ticker: Ticker): Price<'last close'> {
  return { source: 'last close', ...priceOf(ticker, -2) };
}

const require = createRequire(import.meta.url);
const STOCKS_CSV = require.resolve('vega-datasets/data/stocks.csv');
let rows: readonly (readonly string[])[] | undefined;

/** @param place Which row of this share, counted from the end. */
function priceOf(ticker: Ticker, place: number): { date: string; cents: number } {
  rows ??= readFileSync(STOCKS_CSV, 'utf8')
    .split('\n')
    .map((line) => line.split(','));
  const [, date, price] = rows.filter(([symbol]) => symbol === ticker).at(place) ?? [];
  if (date === undefined || price === undefined) throw new Error(`stocks.csv has no price for ${ticker}`);
  return { date, cents: Math.round(Number(price) * 100) };
}
