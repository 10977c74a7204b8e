// Loaded by --import into a run: its wall clock jumps back and forth by hours, as a laptop's does that wakes up or is told
// the time by its network. Drawn by TORTURE_CLOCK; clocks that only go forward (performance.now, timers) are left alone.
const hour = 3_600_000;
const realNow = Date.now;
let state = Number(process.env['TORTURE_CLOCK'] ?? 1);
let jump = 0;
let nextJump = 0;

function draw() {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

Date.now = () => {
  const now = performance.now();
  if (now >= nextJump) {
    jump = Math.round((draw() * 2 - 1) * 3 * hour);
    nextJump = now + 20 + draw() * 300;
  }
  return realNow() + jump;
};
