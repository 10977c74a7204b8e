import type { ErrorObject } from 'ajv';

/** Keywords whose error comes after those of the schemas that they try. */
const wholes: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'contains', 'propertyNames']);

/** Ajv tells the errors of all branches, then that of the `anyOf`: only the last is the mistake. */
export function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    if (error.keyword === 'if') continue;
    if (wholes.has(error.keyword)) {
      let start = kept.length;
      while (start > 0 && isBranchOf(kept[start - 1], error)) start -= 1;
      const likely = errorsOfLikelyBranch(kept.splice(start), error);
      for (const told of likely.length > 0 ? likely : [error]) kept.push(told);
    } else {
      kept.push(error);
    }
  }
  return kept;
}

/** Where all branches but one ask for another type than the value has, the errors of that one are what to tell. */
function errorsOfLikelyBranch(errors: readonly ErrorObject[], whole: ErrorObject): readonly ErrorObject[] {
  const ofType = (error: ErrorObject) =>
    error.keyword === 'type' && error.instancePath === whole.instancePath;
  const branches = Array.isArray(whole.schema) ? whole.schema.length : 0;
  const unlike = errors.filter(ofType).map(({ parentSchema }) => parentSchema);
  return unlike.length === branches - 1
    ? errors.filter(({ parentSchema }) => !unlike.includes(parentSchema))
    : [];
}

/** Whether an error that came before is one of a schema that the keyword tried. */
function isBranchOf(error: ErrorObject | undefined, whole: ErrorObject): boolean {
  if (error === undefined) return false;
  // Of a schema that leads back to itself, the same one stands below as well.
  if (error.parentSchema === whole.parentSchema && error.instancePath === whole.instancePath) return false;
  const isBelow = error.instancePath.startsWith(`${whole.instancePath}/`);
  if (whole.keyword === 'contains') return isBelow;
  const isHere = error.instancePath === whole.instancePath;
  return whole.keyword === 'propertyNames' ? isHere && error.propertyName !== undefined : isBelow || isHere;
}
