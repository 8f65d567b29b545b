/** The pages in English. Short sentences, the person is "you", and no word that only an engineer knows. */
import { countingIn, lengthsOfTime } from './duration.ts'
import type { DecideMessages, DecideRequestMessages, DevicesMessages, Messages, NoticeMessages } from './messages.ts'

const counted = countingIn('en')
const { duration, ago, longAgo, wait } = lengthsOfTime({
  lang: 'en',
  units: {
    second: { one: '# second', other: '# seconds' },
    minute: { one: '# minute', other: '# minutes' },
    hour: { one: '# hour', other: '# hours' },
    day: { one: '# day', other: '# days' },
  },
  joint: ' ',
  ago: (length) => `${length} ago`,
  justNow: 'just now',
})

const decide: DecideMessages = {
  title: 'A device asks to act as you',
  lead: (client, approver) => ['Something that calls itself ', client, ' wants to sign in as ', approver, '. Did you start this?'],
  unnamed: 'a client without a name',
  unverified: 'not verified',
  compare: 'Does your device show this code?',
  compareHow: 'Compare every character. If it shows another code, or you have no such device in front of you, deny.',
  spelled: (characters) => `Code: ${characters}`,
  whoAsks: 'Who is asking',
  client: 'Client',
  callsItself: (name) => ['Calls itself ', name],
  clientId: (id) => ['registered as ', id],
  published: 'Published at',
  verified: 'verified',
  publishedWhy: 'This is where the client describes itself. The address is certain, what it says of itself is not.',
  registered: 'Registered',
  registeredItself: 'By itself. Nobody here has checked who made it.',
  device: 'Device',
  deviceSays: (name) => ['Says it is ', name],
  deviceSilent: 'Did not say what it is',
  from: 'Asked from',
  sameNetwork: 'Same network as this browser',
  otherNetwork: 'Not the network of this browser. Expected when you work on a remote machine; otherwise deny.',
  unknownNetwork: 'Unknown whether this browser is in the same network',
  software: (userAgent) => ['says it uses ', userAgent],
  asked: 'Asked',
  ago,
  stillOpen: (seconds) => `You can answer for another ${duration(seconds)}`,
  key: 'Protection',
  keyBound: 'Locked to a key on that device: what it gets is useless elsewhere',
  keyFree: 'Not locked to a device: whoever copies what it gets can use it',
  may: 'What it may do',
  untick: 'Untick what it should not be allowed to do.',
  risky: 'sensitive',
  signInFirst:
    'This includes something sensitive, and you signed in a while ago. To approve it, sign in again first; then you can also choose what to allow.',
  signInAgain: 'Sign in again',
  noScopes: 'It asks for no particular permission.',
  at: 'Where',
  noResources: 'No particular server',
  consequence: (client) => ['If you approve, ', client, ' can do this in your name, without asking again, until you revoke it.'],
  anyProgram: 'Any program can name this address as its own.',
  anyProgramWhy: 'Nothing proves which program runs on the device. Approve only if you yourself just started it there.',
  phishing: 'Did somebody send you this code or link? Deny.',
  phishingWhy: 'Whoever sent it would get into your account. Nobody honest will ever ask you to approve their code.',
  report: (contact) => ['And report it: ', contact],
  yourAnswer: 'Your answer',
  confirm: 'I started this sign-in myself, on a device in front of me, and it shows this code.',
  errors: {
    not_confirmed: 'To approve, first confirm that you started this sign-in. If you did not, deny.',
    nothing_ticked: 'To approve, leave at least one permission ticked. To allow nothing at all, deny.',
  },
  deny: 'Deny',
  approve: 'Approve',
}

const decideRequest: DecideRequestMessages = {
  title: 'A program asks to act as you',
  lead: (client, approver) => ['Something that calls itself ', client, ' wants to sign in as ', approver, '. Did you start this?'],
  goesBack: 'Where this goes back to',
  goesBackTo: (host) => ['Goes back to ', host],
  goesBackHere: 'Goes back to a program on this computer',
  goesBackProgram: (scheme) => ['Goes back to the program that opens ', scheme, ' links on this computer'],
  whole: (address) => ['in full: ', address],
  whoAsks: 'Who is asking',
  consequence: (client) => ['If you approve, ', client, ' can do this in your name, without asking again, until you revoke it.'],
  local: 'Any program on this computer can ask like this.',
  localWhy: 'Nothing proves which one it is. Approve only if you yourself just told a program here to sign in.',
  started: 'Did a message or a stranger send you here? Deny.',
  startedWhy: 'You only have to be here if you yourself just asked this program to sign in, and know where it goes back to.',
}

const devices: DevicesMessages = {
  title: 'Your devices',
  seeAll: 'See and revoke your devices',
  lead: (approver) => ['What can act as ', approver, ' right now, because you approved it.'],
  none: 'Nothing. Devices and programs that you approve are listed here until you revoke them.',
  may: 'May',
  noScopes: 'Nothing in particular',
  approved: 'Approved',
  inBrowser: (address) => ['in a browser at ', address],
  seen: 'Last seen',
  ago: longAgo,
  rename: 'Rename',
  label: 'Your own name for it',
  save: 'Save',
  revoke: 'Revoke',
  revokeAll: 'Revoke all',
  revokeAllWhy: 'Everything listed here stops acting for you, and has to be approved again before it can.',
  revokeAllNow: 'Yes, revoke all',
  notShown: (count) =>
    counted(count, {
      one: '# older one is not shown. Revoking all revokes it too.',
      other: '# older ones are not shown. Revoking all revokes them too.',
    }),
  done: {
    revoked: (life) => `Revoked. It gets nothing more, and what it still holds ends within ${duration(life)}.`,
    revoked_all: (life) => `All revoked. They get nothing more, and what they still hold ends within ${duration(life)}.`,
    renamed: () => 'Saved.',
  },
}

const notice: NoticeMessages = {
  subject: {
    device: (host) => [host, ': a device can now act as you'],
    program: (host) => [host, ': a program can now act as you'],
  },
  lead: {
    device: (host, approver) => ['A device was approved at ', host, ' and can now act as ', approver, '.'],
    program: (host, approver) => ['A program was approved at ', host, ' and can now act as ', approver, '.'],
  },
  wasYou: 'If you approved this yourself, there is nothing to do.',
  notYou: 'If you did not, revoke it now. Here you see everything that can act as you:',
  never: 'Do not answer this message, and never tell anyone a code, a number or a password.',
}

/** English. */
export const en: Messages = {
  lang: 'en',
  dir: 'ltr',
  product: 'Countersign',
  signedInAs: (name) => ['Signed in as ', name],
  signOut: 'Sign out',
  codeEntry: 'Enter a code',
  signIn: {
    title: 'Sign in',
    lead: 'Then you can connect your device.',
    leadForProgram: 'Then you can answer the program that sent you here.',
    titleAgain: 'Confirm that it is you',
    leadAgain: 'For this you have to sign in again. After it you are back where you were.',
    submitAgain: 'Confirm',
    leadForDevices: 'Then you can see and revoke what you have approved.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    with: (place) => ['Sign in with ', place],
    onlyIfYouForProgram:
      'Go on only if you yourself just asked a program to sign in. If a message or a call sent you here, close this page.',
    onlyIfYou: 'Go on only if you yourself just started a sign-in on a device. If a message or a call sent you here, close this page.',
    errors: {
      refused: 'This name and password do not fit together. Check both and try again.',
      limited: 'Too many attempts. Wait a few minutes, then try again.',
      stale: 'This page was open for too long. Please sign in again.',
    },
  },
  goOn: {
    title: (place) => `Going on to ${place}`,
    what: 'You sign in there, and then come back here.',
    next: (place) => ['Go on to ', place],
  },
  enterCode: {
    title: 'Enter the code your device shows',
    rule: 'Never enter a code that somebody sent you.',
    reason:
      'You only have to be here if you yourself just started a sign-in, on a device you can see right now. If a message or a call sent you here, close this page.',
    label: 'Code',
    hint: 'Small or capital letters, with or without the dashes.',
    prefilledHint: 'Filled in from the link. Go on only if your device shows this very code.',
    submit: 'Continue',
    errors: {
      wrong: 'This code is not valid, or no longer. Compare it with your device, or start again there to get a new one.',
      mistyped: 'Check what you typed: there is a mistake in this code. Compare it with your device, character by character.',
      limited: (seconds) => `Too many wrong codes. You can try again in ${wait(seconds)}. Get a new code on your device then.`,
      stale: 'This page was open for too long. Please enter the code again.',
    },
  },
  decide,
  decideRequest,
  devices,
  notice,
  countersign: {
    title: 'One more step: the number',
    type: (client) => ['Type this number on the device where you started ', client, '. It is waiting for it.'],
    secret: 'Never tell this number to anyone.',
    why: 'It proves that the device is yours. Somebody who asks you for it, by phone, mail or chat, is getting into your account. Then close this page and type it nowhere.',
    close: 'Without the number nothing happens. You can close this page once the device has taken it.',
  },
  done: {
    approved: {
      title: 'Approved',
      next: (client) => ['Go back to your device: ', client, ' carries on there by itself.'],
      close: 'You can close this page.',
      report: (contact) => ['Approved by mistake? Tell ', contact, ' at once.'],
    },
    denied: {
      title: 'Denied',
      next: (client) => [client, ' got nothing. Go back to your device; it will tell you that the request was turned down.'],
      close: 'The code is used up. You can close this page.',
      report: (contact) => ['Did somebody send you the code? Please tell ', contact, '.'],
    },
  },
  errors: {
    expired: {
      title: 'The code has expired',
      what: 'It was not approved in time, so it is no longer good for anything.',
      next: 'Go back to your device and start the sign-in again. It will show a new code.',
    },
    too_late: {
      title: 'Too much time has passed',
      what: 'After a code is entered there are only a few minutes to decide. Nothing was approved.',
      next: 'If you started this sign-in yourself, start it again on your device. If not, you are done: close this page.',
    },
    taken: {
      title: 'This code is open in another browser',
      what: 'A code can be entered in one browser only, and another one was first. From here nothing can be approved.',
      next: 'Decide there. If that was not you, start again on your device to get a new code, and let this one expire.',
    },
    decided: {
      title: 'Already decided',
      what: 'This request was approved or denied before. An answer is given once and cannot be changed here.',
      next: 'Go back to your device and see how it went.',
    },
    not_entered: {
      title: 'No code entered yet',
      what: 'This browser has not entered a code that is waiting for an answer.',
      next: 'Enter the code that your device shows.',
    },
    other_network: {
      title: 'Approved from too far away',
      what: 'The device that asks is on another network than this browser, and it cannot ask you for a number. That is how codes sent by strangers look, so nothing was approved.',
      next: 'If the device is yours, open this page on the same network, or use a program that can ask for a countersign.',
    },
    not_enrolled: {
      title: 'This device is not enrolled',
      what: 'Here only devices that were made known before may sign in with a code. Nothing was approved.',
      next: 'Ask whoever runs this server to enrol the device.',
    },
    request_refused: {
      title: 'This request cannot be answered',
      what: 'The program that sent you here did not ask in a way that can be trusted. Nothing was approved, and nothing was sent to it.',
      next: 'Go back to the program and start again. If it happens again, tell whoever made it what stands here.',
    },
    request_ended: {
      title: 'This request is over',
      what: 'It was answered before, or has waited for too long. From here nothing more can be approved.',
      next: 'Go back to the program. If it still asks you to sign in, start again there.',
    },
    request_stale: {
      title: 'Please try again',
      what: 'What arrived did not come from a page we gave this browser, or the page was open for too long. Nothing was approved.',
      next: 'Go back to the program and start again, and only if you started the sign-in yourself.',
    },
    devices_stale: {
      title: 'Please try again',
      what: 'What arrived did not come from a page we gave this browser, or the page was open for too long. Nothing was changed.',
      next: 'Open your devices again and repeat what you wanted to do.',
    },
    sign_in_ended: {
      title: 'This sign-in is over',
      what: 'It was finished before, belongs to another browser, or has waited for too long. Nobody was signed in by it.',
      next: 'Start again, and only if you started the sign-in yourself.',
    },
    sign_in_refused: {
      title: 'You are not signed in',
      what: 'The place you went to did not sign you in, or answered in a way that cannot be trusted. Nothing was approved.',
      next: 'Start again. If it happens again, tell whoever runs this server.',
    },
    not_admitted: {
      title: 'This account has no access here',
      what: 'You signed in there, but here the account is not admitted. Nothing was approved.',
      next: 'If you think it should be, ask whoever runs this server.',
    },
    csrf: {
      title: 'Please try again',
      what: 'What arrived did not come from a page we gave this browser, or the page was open for too long. Nothing was approved.',
      next: 'Enter the code again, and only if you started the sign-in yourself.',
    },
    limited: {
      title: 'Too many attempts',
      what: 'There were too many wrong codes, so this page is closed for a while.',
      next: 'Wait a few minutes. Then start again on your device and enter the new code.',
    },
    not_found: {
      title: 'Nothing here',
      what: 'This address leads to no page.',
      next: 'To connect a device, enter the code it shows.',
    },
    invalid: {
      title: 'That did not work',
      what: 'What arrived was incomplete or garbled. Nothing was approved.',
      next: 'Enter the code again.',
    },
    unavailable: {
      title: 'Not available right now',
      what: 'The server cannot answer at the moment. Nothing was approved.',
      next: 'Try again in a minute. Your device keeps waiting as long as its code is valid.',
    },
    failed: {
      title: 'Something broke here',
      what: 'This is a fault of the server, not of yours. It has been noted.',
      next: 'Start the sign-in again on your device. If it happens again, tell whoever runs this server.',
    },
  },
}
