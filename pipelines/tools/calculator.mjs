/** The calculator: a number, or a text that says why there is none. */
export default function calculate({ operation, number1, number2 }) {
  if (operation === 'add') return number1 + number2;
  if (operation === 'subtract') return number1 - number2;
  if (operation === 'multiply') return number1 * number2;
  if (number2 === 0) throw new Error('a number cannot be divided by zero');
  return number1 / number2;
}
