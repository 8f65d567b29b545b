/** The pages in German. */
import { countingIn, lengthsOfTime } from './duration.ts'
import type { DecideMessages, DecideRequestMessages, DevicesMessages, Messages, NoticeMessages, PasskeysMessages } from './messages.ts'

const counted = countingIn('de')
const { duration, ago, longAgo, wait } = lengthsOfTime({
  lang: 'de',
  units: {
    second: { one: '# Sekunde', other: '# Sekunden' },
    minute: { one: '# Minute', other: '# Minuten' },
    hour: { one: '# Stunde', other: '# Stunden' },
    // As it stands after "vor".
    day: { one: '# Tag', other: '# Tagen' },
  },
  joint: ' ',
  ago: (length) => `vor ${length}`,
  justNow: 'gerade eben',
})

const decide: DecideMessages = {
  title: 'Ein Gerät will in Ihrem Namen handeln',
  lead: (client, approver) => ['Etwas, das sich ', client, ' nennt, will sich als ', approver, ' anmelden. Haben Sie das gestartet?'],
  unnamed: 'ein Programm ohne Namen',
  unverified: 'ungeprüft',
  compare: 'Zeigt Ihr Gerät diesen Code?',
  compareHow: 'Vergleichen Sie jedes Zeichen. Zeigt es einen anderen Code oder haben Sie kein solches Gerät vor sich, lehnen Sie ab.',
  spelled: (characters) => `Code: ${characters}`,
  whoAsks: 'Wer fragt',
  client: 'Programm',
  callsItself: (name) => ['Nennt sich ', name],
  clientId: (id) => ['registriert als ', id],
  published: 'Quelle',
  verified: 'geprüft',
  publishedWhy: 'Hier beschreibt sich das Programm selbst. Die Adresse ist sicher, was es über sich sagt, ist es nicht.',
  registered: 'Registriert',
  registeredItself: 'Durch sich selbst. Niemand hier hat geprüft, von wem es stammt.',
  device: 'Gerät',
  deviceSays: (name) => ['Nennt sich ', name],
  deviceSilent: 'Hat nicht gesagt, was es ist',
  from: 'Anfrage von',
  sameNetwork: 'Dasselbe Netz wie dieser Browser',
  otherNetwork: 'Nicht das Netz dieses Browsers. Das ist zu erwarten, wenn Sie auf einem entfernten Rechner arbeiten; sonst lehnen Sie ab.',
  unknownNetwork: 'Unbekannt, ob dieser Browser im selben Netz ist',
  near: (place) => ['vermutlicher Ort: ', place],
  thisBrowser: 'Dieser Browser',
  otherCountry: (device, browser) => ['Verschiedene Länder: das Gerät – ', device, ', dieser Browser – ', browser, '.'],
  otherCountryWhy:
    'Das ist nur zu erwarten, wenn Sie dort auf einem Rechner arbeiten oder eines von beiden über ein VPN geht. Sonst hat ein Fremder das begonnen: Lehnen Sie ab.',
  software: (userAgent) => ['nutzt nach eigener Angabe ', userAgent],
  asked: 'Gefragt',
  ago,
  stillOpen: (seconds) => `Sie können noch ${duration(seconds)} lang antworten`,
  key: 'Schutz',
  keyBound: 'An einen Schlüssel auf diesem Gerät gebunden: Was es bekommt, ist anderswo wertlos',
  keyFree: 'An kein Gerät gebunden: Wer kopiert, was es bekommt, kann es benutzen',
  may: 'Was es tun darf',
  untick: 'Entfernen Sie die Häkchen bei allem, was es nicht dürfen soll.',
  risky: 'heikel',
  signInFirst:
    'Das schließt Heikles ein, und Ihre Anmeldung ist eine Weile her. Um es zuzulassen, melden Sie sich zuerst noch einmal an; dann können Sie auch auswählen, was erlaubt sein soll.',
  signInAgain: 'Neu anmelden',
  noScopes: 'Es bittet um keine bestimmte Berechtigung.',
  at: 'Wo',
  noResources: 'Kein bestimmter Server',
  consequence: (client) => [
    'Wenn Sie das zulassen, kann ',
    client,
    ' dies in Ihrem Namen tun, ohne noch einmal zu fragen, bis Sie es widerrufen.',
  ],
  anyProgram: 'Jedes Programm kann diese Adresse als seine eigene angeben.',
  anyProgramWhy:
    'Nichts beweist, welches Programm auf dem Gerät läuft. Lassen Sie es nur zu, wenn Sie selbst es gerade dort gestartet haben.',
  phishing: 'Hat Ihnen jemand diesen Code oder Link geschickt? Lehnen Sie ab.',
  phishingWhy:
    'Wer ihn geschickt hat, käme in Ihr Konto. Niemand, der es ehrlich meint, wird Sie je bitten, seinen eigenen Code zuzulassen.',
  report: (contact) => ['Und melden Sie es: ', contact],
  yourAnswer: 'Ihre Antwort',
  confirm: 'Ich habe diese Anmeldung selbst gestartet, auf einem Gerät, das vor mir ist, und es zeigt diesen Code.',
  errors: {
    not_confirmed: 'Bestätigen Sie zuerst, dass Sie diese Anmeldung gestartet haben. Wenn nicht, lehnen Sie ab.',
    nothing_ticked: 'Lassen Sie mindestens ein Häkchen bei den Berechtigungen stehen. Soll nichts erlaubt sein, lehnen Sie ab.',
  },
  deny: 'Ablehnen',
  approve: 'Zulassen',
}

const decideRequest: DecideRequestMessages = {
  title: 'Ein Programm will in Ihrem Namen handeln',
  lead: decide.lead,
  goesBack: 'Wohin es danach geht',
  goesBackTo: (host) => ['Zurück zu ', host],
  goesBackHere: 'Zurück zu einem Programm auf diesem Rechner',
  goesBackProgram: (scheme) => ['Zurück zu dem Programm, das auf diesem Rechner Links mit ', scheme, ' öffnet'],
  whole: (address) => ['vollständig: ', address],
  whoAsks: 'Wer fragt',
  consequence: decide.consequence,
  local: 'Jedes Programm auf diesem Rechner kann so fragen.',
  localWhy:
    'Nichts beweist, welches es ist. Lassen Sie es nur zu, wenn Sie selbst gerade ein Programm hier angewiesen haben, sich anzumelden.',
  started: 'Hat eine Nachricht oder ein Fremder Sie hierher geschickt? Lehnen Sie ab.',
  startedWhy:
    'Sie müssen nur hier sein, wenn Sie selbst gerade die Anmeldung in diesem Programm begonnen haben und wissen, wohin es zurückgeht.',
}

const devices: DevicesMessages = {
  title: 'Ihre Geräte',
  seeAll: 'Ihre Geräte ansehen und widerrufen',
  lead: (approver) => ['Was zurzeit als ', approver, ' handeln kann, weil Sie es zugelassen haben.'],
  none: 'Nichts. Geräte und Programme, die Sie zulassen, stehen hier, bis Sie sie widerrufen.',
  may: 'Darf',
  noScopes: 'Nichts Bestimmtes',
  approved: 'Zugelassen',
  inBrowser: (address) => ['in einem Browser unter ', address],
  seen: 'Zuletzt da',
  ago: longAgo,
  rename: 'Umbenennen',
  label: 'Ihr eigener Name dafür',
  save: 'Speichern',
  revoke: 'Widerrufen',
  revokeAll: 'Alle widerrufen',
  revokeAllWhy: 'Alles, was hier steht, hört auf, für Sie zu handeln, und muss wieder zugelassen werden, bevor es das kann.',
  revokeAllNow: 'Ja, alle widerrufen',
  notShown: (count) =>
    counted(count, {
      one: '# älterer Eintrag wird nicht gezeigt. „Alle widerrufen“ gilt auch für ihn.',
      other: '# ältere Einträge werden nicht gezeigt. „Alle widerrufen“ gilt auch für sie.',
    }),
  done: {
    revoked: (life) => `Widerrufen. Es bekommt nichts mehr, und was es noch hat, endet in höchstens ${duration(life)}.`,
    revoked_all: (life) => `Alle widerrufen. Sie bekommen nichts mehr, und was sie noch haben, endet in höchstens ${duration(life)}.`,
    renamed: () => 'Gespeichert.',
  },
}

const passkeys: PasskeysMessages = {
  title: 'Ihre Passkeys',
  seeAll: 'Ihre Passkeys ansehen und ändern',
  lead: (approver) => [
    'Mit einem Passkey melden Sie sich als ',
    approver,
    ' so an, wie Sie Ihr Gerät entsperren: mit Finger, Gesicht oder PIN. Er wirkt nur auf dieser Website, deshalb kann ihn Ihnen niemand entlocken.',
  ],
  none: 'Sie haben noch keinen.',
  unnamed: 'Ohne Namen',
  added: 'Hinzugefügt',
  removed: 'Entfernt',
  used: 'Zuletzt verwendet',
  never: 'Noch nie',
  remove: 'Entfernen',
  add: 'Passkey hinzufügen',
  nameHint: 'Etwa das Gerät oder der Passwortmanager, der ihn aufbewahrt.',
  needs: 'Dafür braucht es einen Browser, der Skripte ausführt und Passkeys kennt.',
  failed: 'Es wurde kein Passkey angelegt. Versuchen Sie es noch einmal, wenn Sie einen möchten.',
  exists: 'Dieses Gerät oder dieser Passwortmanager hat schon einen Passkey für dieses Konto.',
  full: 'Sie haben so viele Passkeys, wie es geben kann. Entfernen Sie zuerst einen, um einen anderen hinzuzufügen.',
  signInFirst: 'Um einen Passkey hinzuzufügen oder zu entfernen, melden Sie sich zuerst noch einmal an.',
  done: {
    added: 'Hinzugefügt. Ab jetzt können Sie sich damit anmelden.',
    removed: 'Entfernt. Hier meldet er Sie nicht mehr an. Löschen Sie ihn auch dort, wo er aufbewahrt wird.',
  },
  errors: {
    refused: 'Der Passkey wurde nicht hinzugefügt. Bitte versuchen Sie es noch einmal.',
    stale:
      'Diese Seite war zu lange offen, oder das Formular kam nicht von ihr. Nichts wurde geändert. Bitte versuchen Sie es noch einmal.',
    only: 'Ohne ihn könnten Sie sich nicht mehr anmelden, deshalb wurde er nicht entfernt.',
  },
}

const notice: NoticeMessages = {
  subject: {
    device: (host) => [host, ': Ein Gerät kann jetzt als Sie handeln'],
    program: (host) => [host, ': Ein Programm kann jetzt als Sie handeln'],
    passkey_added: (host) => [host, ': Ein Passkey wurde Ihrem Konto hinzugefügt'],
    passkey_removed: (host) => [host, ': Ein Passkey Ihres Kontos wurde entfernt'],
  },
  lead: {
    device: (host, approver) => ['Bei ', host, ' wurde ein Gerät zugelassen. Es kann jetzt als ', approver, ' handeln.'],
    program: (host, approver) => ['Bei ', host, ' wurde ein Programm zugelassen. Es kann jetzt als ', approver, ' handeln.'],
    passkey_added: (host, approver) => ['Bei ', host, ' wurde ein Passkey hinzugefügt, mit dem man sich als ', approver, ' anmelden kann.'],
    passkey_removed: (host, approver) => [
      'Bei ',
      host,
      ' wurde ein Passkey entfernt, mit dem man sich als ',
      approver,
      ' anmelden konnte.',
    ],
  },
  passkey: 'Passkey',
  wasYou: 'Haben Sie das selbst zugelassen, ist nichts weiter zu tun.',
  wasYouPasskey: 'Wenn Sie das selbst waren, müssen Sie nichts tun.',
  notYou: 'Wenn nicht, widerrufen Sie es sofort. Hier sehen Sie alles, was als Sie handeln kann:',
  notYouPasskey:
    'Wenn nicht, ist jemand anders in Ihr Konto gelangt. Entfernen Sie hier, was nicht von Ihnen ist, und sagen Sie es denen, die den Server betreiben:',
  never: 'Antworten Sie nicht auf diese Nachricht, und nennen Sie nie jemandem einen Code, eine Zahl oder ein Passwort.',
}

/** German. */
export const de: Messages = {
  lang: 'de',
  dir: 'ltr',
  product: 'Countersign',
  signedInAs: (name) => ['Angemeldet als ', name],
  signOut: 'Abmelden',
  codeEntry: 'Code eingeben',
  signIn: {
    title: 'Anmelden',
    lead: 'Danach können Sie Ihr Gerät verbinden.',
    leadForProgram: 'Danach können Sie dem Programm antworten, das Sie hierher geschickt hat.',
    leadForDevices: 'Danach können Sie ansehen und widerrufen, was Sie zugelassen haben.',
    leadForPasskeys: 'Danach können Sie Ihre Passkeys ansehen und ändern.',
    titleAgain: 'Bestätigen Sie, dass Sie es sind',
    leadAgain: 'Dafür müssen Sie sich noch einmal anmelden. Danach sind Sie wieder dort, wo Sie waren.',
    submitAgain: 'Bestätigen',
    name: 'Name',
    password: 'Passwort',
    submit: 'Anmelden',
    with: (place) => ['Anmelden mit ', place],
    passkey: 'Mit einem Passkey anmelden',
    passkeyAgain: 'Mit einem Passkey bestätigen',
    passkeyFailed: 'Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal, oder melden Sie sich anders an.',
    onlyIfYouForProgram:
      'Machen Sie nur weiter, wenn Sie selbst gerade die Anmeldung in einem Programm begonnen haben. Hat eine Nachricht oder ein Anruf Sie hierher geschickt, schließen Sie diese Seite.',
    onlyIfYou:
      'Machen Sie nur weiter, wenn Sie selbst gerade eine Anmeldung auf einem Gerät gestartet haben. Hat eine Nachricht oder ein Anruf Sie hierher geschickt, schließen Sie diese Seite.',
    errors: {
      refused: 'Name und Passwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal.',
      passkey_refused: 'Dieser Passkey wurde nicht angenommen. Versuchen Sie es noch einmal, oder melden Sie sich anders an.',
      limited: 'Zu viele Versuche. Warten Sie ein paar Minuten und versuchen Sie es dann noch einmal.',
      stale: 'Diese Seite war zu lange offen. Bitte melden Sie sich noch einmal an.',
    },
  },
  goOn: {
    title: (place) => `Weiter zu ${place}`,
    what: 'Dort melden Sie sich an und kommen dann hierher zurück.',
    next: (place) => ['Weiter zu ', place],
  },
  enterCode: {
    title: 'Geben Sie den Code ein, den Ihr Gerät zeigt',
    rule: 'Geben Sie nie einen Code ein, den Ihnen jemand geschickt hat.',
    reason:
      'Sie müssen nur hier sein, wenn Sie selbst gerade eine Anmeldung gestartet haben, auf einem Gerät, das Sie jetzt vor sich sehen. Hat eine Nachricht oder ein Anruf Sie hierher geschickt, schließen Sie diese Seite.',
    label: 'Code',
    hint: 'Klein oder groß geschrieben, mit oder ohne Striche.',
    prefilledHint: 'Aus dem Link übernommen. Machen Sie nur weiter, wenn Ihr Gerät genau diesen Code zeigt.',
    submit: 'Weiter',
    errors: {
      wrong: 'Dieser Code gilt nicht oder nicht mehr. Vergleichen Sie ihn mit Ihrem Gerät, oder holen Sie dort einen neuen.',
      mistyped: 'Prüfen Sie Ihre Eingabe: In diesem Code steckt ein Tippfehler. Vergleichen Sie ihn Zeichen für Zeichen mit Ihrem Gerät.',
      limited: (seconds) =>
        `Zu viele falsche Codes. In ${wait(seconds)} können Sie es wieder versuchen. Holen Sie dann auf Ihrem Gerät einen neuen Code.`,
      stale: 'Diese Seite war zu lange offen. Bitte geben Sie den Code noch einmal ein.',
    },
  },
  decide,
  decideRequest,
  devices,
  passkeys,
  notice,
  countersign: {
    title: 'Noch ein Schritt: die Zahl',
    type: (client) => ['Tippen Sie diese Zahl auf dem Gerät ein, auf dem Sie ', client, ' gestartet haben. Es wartet darauf.'],
    secret: 'Sagen Sie diese Zahl niemals jemandem.',
    why: 'Sie beweist, dass das Gerät Ihnen gehört. Wer Sie danach fragt, am Telefon, per Mail oder im Chat, will in Ihr Konto. Schließen Sie dann diese Seite und tippen Sie die Zahl nirgends ein.',
    close: 'Ohne die Zahl geschieht nichts. Sie können diese Seite schließen, sobald das Gerät sie angenommen hat.',
  },
  done: {
    approved: {
      title: 'Zugelassen',
      next: (client) => ['Gehen Sie zurück zu Ihrem Gerät: ', client, ' macht dort von selbst weiter.'],
      close: 'Sie können diese Seite schließen.',
      report: (contact) => ['Versehentlich zugelassen? Sagen Sie es sofort ', contact, '.'],
    },
    denied: {
      title: 'Abgelehnt',
      next: (client) => [
        client,
        ' hat nichts bekommen. Gehen Sie zurück zu Ihrem Gerät; es wird Ihnen sagen, dass die Anfrage abgelehnt wurde.',
      ],
      close: 'Der Code ist verbraucht. Sie können diese Seite schließen.',
      report: (contact) => ['Hat Ihnen jemand den Code geschickt? Bitte sagen Sie es ', contact, '.'],
    },
  },
  errors: {
    expired: {
      title: 'Der Code ist abgelaufen',
      what: 'Er wurde nicht rechtzeitig zugelassen und gilt nun für nichts mehr.',
      next: 'Gehen Sie zurück zu Ihrem Gerät und starten Sie die Anmeldung noch einmal. Es zeigt dann einen neuen Code.',
    },
    too_late: {
      title: 'Es ist zu viel Zeit vergangen',
      what: 'Nach der Eingabe eines Codes bleiben nur wenige Minuten für die Entscheidung. Es wurde nichts zugelassen.',
      next: 'Haben Sie diese Anmeldung selbst gestartet, starten Sie sie auf Ihrem Gerät noch einmal. Wenn nicht, sind Sie fertig: Schließen Sie diese Seite.',
    },
    taken: {
      title: 'Dieser Code ist in einem anderen Browser offen',
      what: 'Ein Code kann nur in einem Browser eingegeben werden, und ein anderer war zuerst da. Von hier aus kann nichts zugelassen werden.',
      next: 'Entscheiden Sie dort. Waren Sie das nicht, holen Sie auf Ihrem Gerät einen neuen Code und lassen Sie diesen ablaufen.',
    },
    decided: {
      title: 'Schon entschieden',
      what: 'Diese Anfrage wurde bereits zugelassen oder abgelehnt. Geantwortet wird nur einmal; hier lässt sich daran nichts ändern.',
      next: 'Gehen Sie zurück zu Ihrem Gerät und sehen Sie nach, wie es ausgegangen ist.',
    },
    not_entered: {
      title: 'Noch kein Code eingegeben',
      what: 'In diesem Browser wurde kein Code eingegeben, der auf eine Antwort wartet.',
      next: 'Geben Sie den Code ein, den Ihr Gerät zeigt.',
    },
    other_network: {
      title: 'Aus zu großer Entfernung zugelassen',
      what: 'Das fragende Gerät ist in einem anderen Netz als dieser Browser, und es kann Sie nicht nach einer Zahl fragen. So sehen Codes aus, die Fremde schicken; deshalb wurde nichts zugelassen.',
      next: 'Gehört das Gerät Ihnen, öffnen Sie diese Seite im selben Netz, oder benutzen Sie ein Programm, das nach der Zahl fragen kann.',
    },
    other_country: {
      title: 'Das Gerät ist in einem anderen Land',
      what: 'Dieser Server lässt nichts zu, wenn das fragende Gerät und der Browser in verschiedenen Ländern sind. So sehen Codes aus, die Fremde schicken; deshalb wurde nichts zugelassen.',
      next: 'Gehört das Gerät Ihnen, öffnen Sie diese Seite im selben Land oder ohne VPN, oder fragen Sie den Betreiber dieses Servers.',
    },
    not_enrolled: {
      title: 'Dieses Gerät ist nicht angemeldet',
      what: 'Hier dürfen sich nur Geräte mit einem Code anmelden, die vorher bekannt gemacht wurden. Es wurde nichts zugelassen.',
      next: 'Bitten Sie den Betreiber dieses Servers, das Gerät bekannt zu machen.',
    },
    request_refused: {
      title: 'Diese Anfrage kann nicht beantwortet werden',
      what: 'Das Programm, das Sie hierher geschickt hat, hat nicht so gefragt, dass man ihm trauen kann. Es wurde nichts zugelassen und nichts dorthin geschickt.',
      next: 'Gehen Sie zurück zum Programm und beginnen Sie noch einmal. Geschieht es wieder, sagen Sie dem Hersteller, was hier steht.',
    },
    request_ended: {
      title: 'Diese Anfrage ist vorbei',
      what: 'Sie wurde schon beantwortet oder hat zu lange gewartet. Von hier aus kann nichts mehr zugelassen werden.',
      next: 'Gehen Sie zurück zum Programm. Bittet es noch immer um die Anmeldung, beginnen Sie dort noch einmal.',
    },
    request_stale: {
      title: 'Bitte noch einmal',
      what: 'Was ankam, stammt nicht von einer Seite, die wir diesem Browser gegeben haben, oder die Seite war zu lange offen. Es wurde nichts zugelassen.',
      next: 'Gehen Sie zurück zum Programm und beginnen Sie noch einmal, aber nur, wenn Sie die Anmeldung selbst gestartet haben.',
    },
    devices_stale: {
      title: 'Bitte noch einmal',
      what: 'Was ankam, stammt nicht von einer Seite, die wir diesem Browser gegeben haben, oder die Seite war zu lange offen. Es wurde nichts geändert.',
      next: 'Öffnen Sie Ihre Geräte noch einmal und wiederholen Sie, was Sie tun wollten.',
    },
    sign_in_ended: {
      title: 'Diese Anmeldung ist vorbei',
      what: 'Sie wurde schon abgeschlossen, gehört zu einem anderen Browser oder hat zu lange gewartet. Niemand wurde durch sie angemeldet.',
      next: 'Beginnen Sie noch einmal, aber nur, wenn Sie die Anmeldung selbst gestartet haben.',
    },
    sign_in_refused: {
      title: 'Sie sind nicht angemeldet',
      what: 'Die Stelle, zu der Sie gegangen sind, hat Sie nicht angemeldet oder so geantwortet, dass man der Antwort nicht trauen kann. Es wurde nichts zugelassen.',
      next: 'Beginnen Sie noch einmal. Geschieht es wieder, sagen Sie es dem Betreiber dieses Servers.',
    },
    not_admitted: {
      title: 'Dieses Konto hat hier keinen Zugang',
      what: 'Dort haben Sie sich angemeldet, aber hier ist das Konto nicht zugelassen. Es wurde nichts genehmigt.',
      next: 'Sollte es Zugang haben, fragen Sie den Betreiber dieses Servers.',
    },
    csrf: {
      title: 'Bitte noch einmal',
      what: 'Was ankam, stammt nicht von einer Seite, die wir diesem Browser gegeben haben, oder die Seite war zu lange offen. Es wurde nichts zugelassen.',
      next: 'Geben Sie den Code noch einmal ein, aber nur, wenn Sie die Anmeldung selbst gestartet haben.',
    },
    limited: {
      title: 'Zu viele Versuche',
      what: 'Es gab zu viele falsche Codes, deshalb ist diese Seite eine Weile geschlossen.',
      next: 'Warten Sie ein paar Minuten. Beginnen Sie dann auf Ihrem Gerät noch einmal und geben Sie den neuen Code ein.',
    },
    not_found: {
      title: 'Hier ist nichts',
      what: 'Diese Adresse führt zu keiner Seite.',
      next: 'Um ein Gerät zu verbinden, geben Sie den Code ein, den es zeigt.',
    },
    invalid: {
      title: 'Das hat nicht geklappt',
      what: 'Was ankam, war unvollständig oder unleserlich. Es wurde nichts zugelassen.',
      next: 'Geben Sie den Code noch einmal ein.',
    },
    unavailable: {
      title: 'Im Moment nicht erreichbar',
      what: 'Der Server kann gerade nicht antworten. Es wurde nichts zugelassen.',
      next: 'Versuchen Sie es in einer Minute noch einmal. Ihr Gerät wartet, solange sein Code gilt.',
    },
    failed: {
      title: 'Hier ist etwas kaputtgegangen',
      what: 'Das ist ein Fehler des Servers, nicht Ihrer. Er wurde festgehalten.',
      next: 'Starten Sie die Anmeldung auf Ihrem Gerät noch einmal. Geschieht es wieder, sagen Sie es dem Betreiber dieses Servers.',
    },
  },
}
