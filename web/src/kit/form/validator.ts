import { Validator, type Schema } from '@cfworker/json-schema'
import {
  type CustomValidator,
  type ErrorSchema,
  type ErrorTransformer,
  type RJSFSchema,
  type RJSFValidationError,
  type UiSchema,
  type ValidationData,
  type ValidatorType,
  createErrorHandler,
  toErrorSchema,
  unwrapErrorHandler,
  validationDataMerge,
} from '@rjsf/utils'

/**
 * Checks a form against its JSON Schema without compiling it: a validator that writes code would need `eval`, which the
 * policy of the page forbids. The program checks again, and its word is final.
 */
export class FormValidator<T> implements ValidatorType<T> {
  /** What is wrong outside of the fields counts with what is wrong in them. */
  constructor(private readonly outside: RJSFValidationError[] = []) {}

  rawValidation<Result = RJSFValidationError>(schema: RJSFSchema, formData?: T) {
    const { errors } = new Validator(schema as Schema, '2020-12', false).validate(plain(formData))
    return { errors: errors.filter(isOwn).flatMap((error) => listed(error, schema)) as Result[] }
  }

  validateFormData(
    formData: T | undefined,
    schema: RJSFSchema,
    customValidate?: CustomValidator<T>,
    transformErrors?: ErrorTransformer<T>,
    uiSchema?: UiSchema<T>,
  ): ValidationData<T> {
    const found = this.rawValidation(schema, formData).errors ?? []
    const inFields = transformErrors ? transformErrors(found, uiSchema) : found
    const errors = [...inFields, ...this.outside]
    const errorSchema = toErrorSchema<T>(errors)
    if (!customValidate) return { errors, errorSchema }
    const handler = customValidate(formData, createErrorHandler<T>(formData as T), uiSchema, errorSchema)
    return validationDataMerge<T>({ errors, errorSchema }, unwrapErrorHandler<T>(handler) as ErrorSchema<T>)
  }

  isValid(schema: RJSFSchema, formData: T | undefined): boolean {
    return new Validator(schema as Schema, '2020-12').validate(plain(formData)).valid
  }
}

/** What would be sent: a field that was emptied is not there. */
function plain(value: unknown): unknown {
  return value === undefined ? {} : JSON.parse(JSON.stringify(value))
}

interface Found {
  keyword: string
  instanceLocation: string
  keywordLocation: string
  error: string
}

/** A fault of a part is told again for every whole that it belongs to; the innermost says what is wrong. */
function isOwn({ keyword }: Found): boolean {
  return !['properties', 'items', 'prefixItems', 'additionalProperties', 'allOf', '$ref', 'dependentSchemas'].includes(keyword)
}

/** A missing field is a fault of the field, not of the form around it. */
function listed(found: Found, schema: RJSFSchema): RJSFValidationError[] {
  const place = found.instanceLocation.replace(/^#\/?/, '').split('/').filter(Boolean).map(decoded)
  const names = found.keyword === 'required' ? missing(found) : undefined
  const path = names ? [...place, names] : place
  const property = path.map((part) => `.${part}`).join('')
  return [
    {
      name: found.keyword,
      property,
      message: found.error,
      params: { limit: limitOf(schema, path, found.keyword) },
      stack: `${property} ${found.error}`,
      schemaPath: found.keywordLocation,
    },
  ]
}

/** What a field is called: as the look of the form says, or its schema; its name where neither does. */
export function titleOf(property: string | undefined, schema: RJSFSchema, look: UiSchema = {}): string {
  const path = (property ?? '').split('.').filter(Boolean)
  let at: RJSFSchema | undefined = schema
  let shown: UiSchema | undefined = look
  let title = path.at(-1) ?? ''
  for (const part of path) {
    const { properties, items } = (at ?? {}) as { properties?: Record<string, RJSFSchema>; items?: RJSFSchema }
    at = properties?.[part] ?? items
    shown = (shown?.[properties?.[part] ? part : 'items'] ?? undefined) as UiSchema | undefined
    title = (shown?.['ui:title'] as string | undefined) ?? at?.title ?? title
  }
  return title
}

function missing({ error }: Found): string | undefined {
  return /required property "(.+?)"/.exec(error)?.[1]
}

function decoded(part: string): string {
  return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The number that was gone over: `maxLength` 256. */
function limitOf(schema: RJSFSchema, path: string[], keyword: string): unknown {
  let at: unknown = schema
  for (const part of path) {
    const { properties, items } = (at ?? {}) as { properties?: Record<string, unknown>; items?: unknown }
    at = properties?.[part] ?? items
  }
  return (at as Record<string, unknown> | undefined)?.[keyword]
}
