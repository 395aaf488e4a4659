// Node's clock, some days ahead, in every process with `--require` of this file in its NODE_OPTIONS.
const Clock = Date;
const AHEAD = Number(process.env.CLOCK_AHEAD_DAYS) * 24 * 60 * 60 * 1000;

globalThis.Date = class extends Clock {
  constructor(...given) {
    super(...(given.length ? given : [Clock.now() + AHEAD]));
  }
  static now() {
    return Clock.now() + AHEAD;
  }
};
