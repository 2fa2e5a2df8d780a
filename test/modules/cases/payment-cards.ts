// What scripts do with card-validator.

import { nothing, type ModuleCase } from "../module-case.ts";

const js = String.raw;
const module = "card-validator";

const NUMBERS: ModuleCase = {
  name: "tells card numbers",
  module,
  data: nothing,
  code: js`
const valid = require('card-validator');

function main() {
  const brief = (number, options) => {
    const { isValid, isPotentiallyValid, card } = valid.number(number, options);
    return [isValid, isPotentiallyValid, card && card.type];
  };
  return {
    visa: valid.number('4111 1111 1111 1111'),
    mastercard: brief('5555-5555-5555-4444'),
    amex: valid.number('378282246310005').card,
    partial: brief('4111'),
    'wrong digit': brief('4111111111111112'),
    empty: brief(''),
    'not a number': brief('abc'),
    'too long': brief('4111111111111111', { maxLength: 15 }),
    Luhn: [brief('6200000000000000'), brief('6200000000000000', { luhnValidateUnionPay: true })],
    types: valid.creditCardType.default('62').map(({ type }) => type).sort(),
  };
}
`,
  expected: {
    visa: {
      card: {
        niceType: "Visa",
        type: "visa",
        patterns: [4],
        gaps: [4, 8, 12],
        lengths: [16, 18, 19],
        code: {
          name: "CVV",
          size: 3,
        },
        matchStrength: 1,
      },
      isPotentiallyValid: true,
      isValid: true,
    },
    mastercard: [true, true, "mastercard"],
    amex: {
      niceType: "American Express",
      type: "american-express",
      patterns: [34, 37],
      gaps: [4, 10],
      lengths: [15],
      code: {
        name: "CID",
        size: 4,
      },
      matchStrength: 2,
    },
    partial: [false, true, "visa"],
    "wrong digit": [false, true, "visa"],
    empty: [false, true, null],
    "not a number": [false, false, null],
    "too long": [false, false, "visa"],
    Luhn: [
      [true, true, "unionpay"],
      [false, true, "unionpay"],
    ],
    types: ["elo", "maestro", "unionpay"],
  },
};

const REST: ModuleCase = {
  name: "tells dates, codes and names",
  module,
  data: nothing,
  code: js`
const valid = require('card-validator');

function main() {
  const next = new Date().getFullYear() + 1;
  const brief = ({ isValid, isPotentiallyValid }) => [isValid, isPotentiallyValid];
  const date = valid.expirationDate('10/' + next);
  return {
    expirationDate: [date.isValid, date.month, date.year === String(next)],
    'as an object': brief(valid.expirationDate({ month: '02', year: String(next) })),
    'in the past': brief(valid.expirationDate('10/2001')),
    'far away': [brief(valid.expirationDate('10/2099')), brief(valid.expirationDate('10/2099', 90))],
    'half a date': brief(valid.expirationDate('1')),
    expirationMonth: [brief(valid.expirationMonth('13')), brief(valid.expirationMonth('0')), brief(valid.expirationMonth('12'))],
    expirationYear: [brief(valid.expirationYear(String(next))), brief(valid.expirationYear('2001'))],
    cvv: [brief(valid.cvv('123')), brief(valid.cvv('123', 4)), brief(valid.cvv('1234', [3, 4])), brief(valid.cvv('12a'))],
    postalCode: [brief(valid.postalCode('60606')), brief(valid.postalCode('12')), brief(valid.postalCode('1', { minLength: 1 }))],
    cardholderName: [brief(valid.cardholderName('Zoë Müller')), brief(valid.cardholderName('4111 1111 1111 1111')), brief(valid.cardholderName(''))],
  };
}
`,
  expected: {
    expirationDate: [true, "10", true],
    "as an object": [true, true],
    "in the past": [false, false],
    "far away": [
      [false, false],
      [true, true],
    ],
    "half a date": [false, true],
    expirationMonth: [
      [false, false],
      [false, true],
      [true, true],
    ],
    expirationYear: [
      [true, true],
      [false, false],
    ],
    cvv: [
      [true, true],
      [false, true],
      [true, true],
      [false, false],
    ],
    postalCode: [
      [true, true],
      [true, true],
      [true, true],
    ],
    cardholderName: [
      [true, true],
      [false, true],
      [false, true],
    ],
  },
};

const IMPORTED: ModuleCase = {
  name: "is imported",
  module,
  data: nothing,
  code: js`
import valid from 'card-validator';
import * as all from 'card-validator';

export function main() {
  return {
    default: valid.number('4111111111111111').isValid,
    namespace: [all.default === valid, Object.keys(valid).sort()],
  };
}
`,
  expected: {
    default: true,
    namespace: [
      true,
      [
        "cardholderName",
        "creditCardType",
        "cvv",
        "expirationDate",
        "expirationMonth",
        "expirationYear",
        "number",
        "postalCode",
      ],
    ],
  },
};

export const PAYMENT_CARD_CASES: readonly ModuleCase[] = [NUMBERS, REST, IMPORTED];
