/** What a check names among its needs: it is there when the check runs. */
import { CheckError, type Exam } from '../exam.ts'
import type { ProbeClient } from '../clients.ts'
import type { FormPerson } from '../person/form-person.ts'

export function givenClient({ clients }: Exam, name: 'b' | 'n' | 'k'): ProbeClient {
  const client = clients[name]
  if (client === undefined) throw new CheckError(`client ${name} is needed`)
  return client
}

export function givenForms({ approver }: Exam): FormPerson {
  if (approver?.forms === undefined) throw new CheckError('pages that can be driven are needed')
  return approver.forms
}
