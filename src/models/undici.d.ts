// The module of undici's Pool alone. It has no types of its own.
declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool as PoolType } from 'undici';

  const Pool: typeof PoolType;
  export default Pool;
}
