/** The pages in Spanish. */
import { countingIn, lengthsOfTime } from './duration.ts'
import type { DecideMessages, DecideRequestMessages, DevicesMessages, Messages, NoticeMessages, PasskeysMessages } from './messages.ts'

const counted = countingIn('es')
const { duration, ago, longAgo, wait } = lengthsOfTime({
  lang: 'es',
  units: {
    second: { one: '# segundo', other: '# segundos' },
    minute: { one: '# minuto', other: '# minutos' },
    hour: { one: '# hora', other: '# horas' },
    day: { one: '# día', other: '# días' },
  },
  joint: ' y ',
  ago: (length) => `hace ${length}`,
  justNow: 'ahora mismo',
})

const decide: DecideMessages = {
  title: 'Un dispositivo pide actuar en su nombre',
  lead: (client, approver) => ['Algo que se hace llamar ', client, ' quiere iniciar sesión como ', approver, '. ¿Lo ha iniciado usted?'],
  unnamed: 'un programa sin nombre',
  unverified: 'sin verificar',
  compare: '¿Su dispositivo muestra este código?',
  compareHow: 'Compare cada carácter. Si muestra otro código, o si no tiene delante un dispositivo así, rechace.',
  spelled: (characters) => `Código: ${characters}`,
  whoAsks: 'Quién lo pide',
  client: 'Programa',
  callsItself: (name) => ['Se hace llamar ', name],
  clientId: (id) => ['registrado como ', id],
  published: 'Publicado en',
  verified: 'verificado',
  publishedWhy: 'Aquí es donde el programa se describe. La dirección es segura; lo que dice de sí mismo, no.',
  registered: 'Registrado',
  registeredItself: 'Por sí mismo. Nadie aquí ha comprobado quién lo hizo.',
  device: 'Dispositivo',
  deviceSays: (name) => ['Dice ser ', name],
  deviceSilent: 'No ha dicho qué es',
  from: 'Pedido desde',
  sameNetwork: 'La misma red que este navegador',
  otherNetwork: 'No es la red de este navegador. Es normal si trabaja en una máquina remota; si no, rechace.',
  unknownNetwork: 'No se sabe si este navegador está en la misma red',
  near: (place) => ['lugar probable: ', place],
  thisBrowser: 'Este navegador',
  otherCountry: (device, browser) => ['Países distintos: el dispositivo, ', device, '; este navegador, ', browser, '.'],
  otherCountryWhy:
    'Solo es normal si usted trabaja en una máquina de allí, o si uno de los dos pasa por una VPN. Si no, lo ha iniciado un desconocido: rechace.',
  software: (userAgent) => ['dice que usa ', userAgent],
  asked: 'Pedido',
  ago,
  stillOpen: (seconds) => `Puede responder todavía durante ${duration(seconds)}`,
  key: 'Protección',
  keyBound: 'Ligado a una clave de ese dispositivo: lo que recibe no sirve en ningún otro sitio',
  keyFree: 'No está ligado a ningún dispositivo: quien copie lo que recibe puede usarlo',
  may: 'Qué podrá hacer',
  untick: 'Desmarque lo que no deba poder hacer.',
  risky: 'delicado',
  signInFirst:
    'Esto incluye algo delicado, y hace un tiempo que inició sesión. Para aprobarlo, vuelva a iniciar sesión primero; entonces podrá elegir también qué permitir.',
  signInAgain: 'Volver a entrar',
  noScopes: 'No pide ningún permiso en particular.',
  at: 'Dónde',
  noResources: 'Ningún servidor en particular',
  consequence: (client) => ['Si aprueba, ', client, ' podrá hacer esto en su nombre, sin volver a preguntar, hasta que usted lo revoque.'],
  anyProgram: 'Cualquier programa puede dar esta dirección como suya.',
  anyProgramWhy: 'Nada demuestra qué programa se ejecuta en el dispositivo. Apruebe solo si usted mismo acaba de iniciarlo allí.',
  phishing: '¿Alguien le ha enviado este código o enlace? Rechace.',
  phishingWhy: 'Quien se lo envió entraría en su cuenta. Nadie honrado le pedirá jamás que apruebe un código suyo.',
  report: (contact) => ['Y avise: ', contact],
  yourAnswer: 'Su respuesta',
  confirm: 'He iniciado yo mismo esta sesión, en un dispositivo que tengo delante, y muestra este código.',
  errors: {
    not_confirmed: 'Para aprobar, confirme primero que usted inició esto. Si no fue usted, rechace.',
    nothing_ticked: 'Para aprobar, deje marcado al menos un permiso. Para no permitir nada, rechace.',
  },
  deny: 'Rechazar',
  approve: 'Aprobar',
}

const decideRequest: DecideRequestMessages = {
  title: 'Un programa pide actuar en su nombre',
  lead: decide.lead,
  goesBack: 'Adónde vuelve esto',
  goesBackTo: (host) => ['Vuelve a ', host],
  goesBackHere: 'Vuelve a un programa de este ordenador',
  goesBackProgram: (scheme) => ['Vuelve al programa que abre los enlaces ', scheme, ' en este ordenador'],
  whole: (address) => ['completa: ', address],
  whoAsks: 'Quién lo pide',
  consequence: decide.consequence,
  local: 'Cualquier programa de este ordenador puede pedir esto.',
  localWhy: 'Nada demuestra cuál es. Apruebe solo si usted mismo acaba de decirle a un programa de aquí que inicie sesión.',
  started: '¿Le ha traído aquí un mensaje o un desconocido? Rechace.',
  startedWhy: 'Solo tiene que estar aquí si usted mismo acaba de pedir a este programa que inicie sesión y sabe adónde vuelve.',
}

const devices: DevicesMessages = {
  title: 'Sus dispositivos',
  seeAll: 'Ver y revocar sus dispositivos',
  lead: (approver) => ['Lo que ahora mismo puede actuar como ', approver, ' porque usted lo aprobó.'],
  none: 'Nada. Los dispositivos y programas que apruebe aparecerán aquí hasta que los revoque.',
  may: 'Puede',
  noScopes: 'Nada en particular',
  approved: 'Aprobado',
  inBrowser: (address) => ['en un navegador en ', address],
  seen: 'Visto por última vez',
  ago: longAgo,
  rename: 'Cambiar nombre',
  label: 'El nombre que usted le da',
  save: 'Guardar',
  revoke: 'Revocar',
  revokeAll: 'Revocar todo',
  revokeAllWhy: 'Todo lo que aparece aquí deja de actuar por usted, y habrá que aprobarlo de nuevo para que pueda hacerlo.',
  revokeAllNow: 'Sí, revocar todo',
  notShown: (count) =>
    counted(count, {
      one: 'Hay # más antiguo que no se muestra. Al revocar todo, también se revoca.',
      other: 'Hay # más antiguos que no se muestran. Al revocar todo, también se revocan.',
    }),
  done: {
    revoked: (life) => `Revocado. No recibe nada más, y lo que aún tiene caduca en ${duration(life)} como máximo.`,
    revoked_all: (life) => `Todo revocado. No reciben nada más, y lo que aún tienen caduca en ${duration(life)} como máximo.`,
    renamed: () => 'Guardado.',
  },
}

const passkeys: PasskeysMessages = {
  title: 'Sus llaves de acceso',
  seeAll: 'Ver y cambiar sus llaves de acceso',
  lead: (approver) => [
    'Con una llave de acceso inicia sesión como ',
    approver,
    ' igual que desbloquea su dispositivo: con la huella, la cara o el PIN. Solo sirve en este sitio, así que nadie puede sacársela con engaños.',
  ],
  none: 'Todavía no tiene ninguna.',
  unnamed: 'Sin nombre',
  added: 'Añadida',
  removed: 'Quitada',
  used: 'Último uso',
  never: 'Nunca',
  remove: 'Quitar',
  add: 'Añadir una llave de acceso',
  nameHint: 'Por ejemplo, el dispositivo o el gestor de contraseñas que la guarda.',
  needs: 'Para esto hace falta un navegador que ejecute scripts y admita llaves de acceso.',
  failed: 'No se creó ninguna llave de acceso. Inténtelo de nuevo si quiere una.',
  exists: 'Ese dispositivo o gestor de contraseñas ya guarda una llave de acceso para esta cuenta.',
  full: 'Ya tiene todas las llaves de acceso que puede haber. Para añadir otra, quite primero una.',
  signInFirst: 'Para añadir o quitar una llave de acceso, primero inicie sesión de nuevo.',
  done: {
    added: 'Añadida. Desde ahora puede iniciar sesión con ella.',
    removed: 'Quitada. Ya no sirve para iniciar sesión aquí. Bórrela también de donde está guardada.',
  },
  errors: {
    refused: 'La llave de acceso no se añadió. Inténtelo de nuevo.',
    stale: 'Esta página ha estado abierta demasiado tiempo, o el formulario no venía de ella. No se cambió nada. Inténtelo de nuevo.',
    only: 'Sin ella ya no podría iniciar sesión, así que no se quitó.',
  },
}

const notice: NoticeMessages = {
  subject: {
    device: (host) => [host, ': un dispositivo ya puede actuar en su nombre'],
    program: (host) => [host, ': un programa ya puede actuar en su nombre'],
    passkey_added: (host) => [host, ': se añadió una llave de acceso a su cuenta'],
    passkey_removed: (host) => [host, ': se quitó una llave de acceso de su cuenta'],
  },
  lead: {
    device: (host, approver) => ['En ', host, ' se aprobó un dispositivo, que ahora puede actuar como ', approver, '.'],
    program: (host, approver) => ['En ', host, ' se aprobó un programa, que ahora puede actuar como ', approver, '.'],
    passkey_added: (host, approver) => [
      'En ',
      host,
      ' se añadió una llave de acceso con la que se puede iniciar sesión como ',
      approver,
      '.',
    ],
    passkey_removed: (host, approver) => [
      'En ',
      host,
      ' se quitó una llave de acceso con la que se podía iniciar sesión como ',
      approver,
      '.',
    ],
  },
  passkey: 'Llave de acceso',
  wasYou: 'Si lo aprobó usted, no tiene que hacer nada.',
  wasYouPasskey: 'Si fue usted, no tiene que hacer nada.',
  notYou: 'Si no fue usted, revóquelo ahora mismo. Aquí ve todo lo que puede actuar en su nombre:',
  notYouPasskey:
    'Si no fue usted, otra persona ha entrado en su cuenta. Quite aquí lo que no sea suyo y avise a quien administra el servidor:',
  never: 'No responda a este mensaje y no diga nunca a nadie un código, un número o una contraseña.',
}

/** Spanish. */
export const es: Messages = {
  lang: 'es',
  dir: 'ltr',
  product: 'Countersign',
  signedInAs: (name) => ['Sesión iniciada como ', name],
  signOut: 'Cerrar sesión',
  codeEntry: 'Introducir un código',
  signIn: {
    title: 'Iniciar sesión',
    lead: 'Después podrá conectar su dispositivo.',
    leadForProgram: 'Después podrá responder al programa que le ha traído aquí.',
    leadForDevices: 'Después podrá ver y revocar lo que ha aprobado.',
    leadForPasskeys: 'Después podrá ver y cambiar sus llaves de acceso.',
    titleAgain: 'Confirme que es usted',
    leadAgain: 'Para esto tiene que iniciar sesión de nuevo. Después volverá adonde estaba.',
    submitAgain: 'Confirmar',
    name: 'Nombre',
    password: 'Contraseña',
    submit: 'Iniciar sesión',
    with: (place) => ['Iniciar sesión con ', place],
    passkey: 'Iniciar sesión con una llave de acceso',
    passkeyAgain: 'Confirmar con una llave de acceso',
    passkeyFailed: 'No se usó ninguna llave de acceso. Inténtelo de nuevo o inicie sesión de otra manera.',
    onlyIfYouForProgram:
      'Continúe solo si usted mismo acaba de pedir a un programa que inicie sesión. Si le ha traído aquí un mensaje o una llamada, cierre esta página.',
    onlyIfYou:
      'Continúe solo si usted mismo acaba de iniciar sesión en un dispositivo. Si le ha traído aquí un mensaje o una llamada, cierre esta página.',
    errors: {
      refused: 'Este nombre y esta contraseña no se corresponden. Revise ambos e inténtelo de nuevo.',
      passkey_refused: 'Esta llave de acceso no se aceptó. Inténtelo de nuevo o inicie sesión de otra manera.',
      limited: 'Demasiados intentos. Espere unos minutos y vuelva a intentarlo.',
      stale: 'Esta página ha estado abierta demasiado tiempo. Inicie sesión de nuevo.',
    },
  },
  goOn: {
    title: (place) => `Hacia ${place}`,
    what: 'Allí inicia sesión y después vuelve aquí.',
    next: (place) => ['Continuar a ', place],
  },
  enterCode: {
    title: 'Introduzca el código que muestra su dispositivo',
    rule: 'No introduzca nunca un código que alguien le haya enviado.',
    reason:
      'Solo tiene que estar aquí si usted mismo acaba de iniciar sesión en un dispositivo que puede ver ahora. Si le ha traído aquí un mensaje o una llamada, cierre esta página.',
    label: 'Código',
    hint: 'En minúsculas o mayúsculas, con o sin guiones.',
    prefilledHint: 'Tomado del enlace. Continúe solo si su dispositivo muestra exactamente este código.',
    submit: 'Continuar',
    errors: {
      wrong: 'Este código no es válido o ya no lo es. Compárelo con su dispositivo, o empiece allí de nuevo para obtener otro.',
      mistyped: 'Revise lo que ha escrito: hay un error en este código. Compárelo con su dispositivo carácter por carácter.',
      limited: (seconds) =>
        `Demasiados códigos incorrectos. Podrá intentarlo de nuevo dentro de ${wait(seconds)}. Pida entonces un código nuevo en su dispositivo.`,
      stale: 'Esta página ha estado abierta demasiado tiempo. Introduzca el código de nuevo.',
    },
  },
  decide,
  decideRequest,
  devices,
  passkeys,
  notice,
  countersign: {
    title: 'Un paso más: el número',
    type: (client) => ['Escriba este número en el dispositivo donde inició ', client, '. Lo está esperando.'],
    secret: 'No diga nunca este número a nadie.',
    why: 'Demuestra que el dispositivo es suyo. Quien se lo pida, por teléfono, correo o chat, está entrando en su cuenta. En ese caso, cierre esta página y no escriba el número en ningún sitio.',
    close: 'Sin el número no pasa nada. Puede cerrar esta página cuando el dispositivo lo haya aceptado.',
  },
  done: {
    approved: {
      title: 'Aprobado',
      next: (client) => ['Vuelva a su dispositivo: ', client, ' continúa allí por sí solo.'],
      close: 'Puede cerrar esta página.',
      report: (contact) => ['¿Aprobado por error? Avise de inmediato: ', contact],
    },
    denied: {
      title: 'Rechazado',
      next: (client) => [client, ' no ha recibido nada. Vuelva a su dispositivo; le dirá que la petición fue rechazada.'],
      close: 'El código ya no sirve. Puede cerrar esta página.',
      report: (contact) => ['¿Alguien le envió el código? Avise, por favor: ', contact],
    },
  },
  errors: {
    expired: {
      title: 'El código ha caducado',
      what: 'No se aprobó a tiempo, así que ya no sirve para nada.',
      next: 'Vuelva a su dispositivo y empiece de nuevo. Mostrará otro código.',
    },
    too_late: {
      title: 'Ha pasado demasiado tiempo',
      what: 'Tras introducir un código solo hay unos minutos para decidir. No se ha aprobado nada.',
      next: 'Si usted mismo inició esto, empiece de nuevo en su dispositivo. Si no, ya está: cierre esta página.',
    },
    taken: {
      title: 'Este código está abierto en otro navegador',
      what: 'Un código solo puede introducirse en un navegador, y otro fue el primero. Desde aquí no se puede aprobar nada.',
      next: 'Decida allí. Si no fue usted, empiece de nuevo en su dispositivo para obtener otro código y deje que este caduque.',
    },
    decided: {
      title: 'Ya está decidido',
      what: 'Esta petición ya se aprobó o se rechazó. La respuesta se da una sola vez y aquí no se puede cambiar.',
      next: 'Vuelva a su dispositivo y vea el resultado.',
    },
    not_entered: {
      title: 'Aún no se ha introducido ningún código',
      what: 'En este navegador no se ha introducido ningún código que espere respuesta.',
      next: 'Introduzca el código que muestra su dispositivo.',
    },
    other_network: {
      title: 'Aprobado desde demasiado lejos',
      what: 'El dispositivo que lo pide está en otra red que este navegador y no puede pedirle un número. Así se ven los códigos que envían los desconocidos, por lo que no se ha aprobado nada.',
      next: 'Si el dispositivo es suyo, abra esta página en la misma red, o use un programa que pueda pedir el número.',
    },
    other_country: {
      title: 'El dispositivo está en otro país',
      what: 'Este servidor no aprueba nada cuando el dispositivo que lo pide y el navegador están en países distintos. Así se ven los códigos que envían los desconocidos, por lo que no se ha aprobado nada.',
      next: 'Si el dispositivo es suyo, abra esta página en el mismo país o sin VPN, o pregunte a quien administra este servidor.',
    },
    not_enrolled: {
      title: 'Este dispositivo no está inscrito',
      what: 'Aquí solo pueden iniciar sesión con un código los dispositivos dados a conocer antes. No se ha aprobado nada.',
      next: 'Pida a quien administra este servidor que inscriba el dispositivo.',
    },
    request_refused: {
      title: 'No se puede responder a esta petición',
      what: 'El programa que le ha traído aquí no lo ha pedido de una forma en la que se pueda confiar. No se ha aprobado nada ni se le ha enviado nada.',
      next: 'Vuelva al programa y empiece de nuevo. Si vuelve a ocurrir, dígale a quien lo hizo lo que pone aquí.',
    },
    request_ended: {
      title: 'Esta petición ha terminado',
      what: 'Ya se respondió, o ha esperado demasiado. Desde aquí ya no se puede aprobar nada.',
      next: 'Vuelva al programa. Si todavía le pide iniciar sesión, empiece allí de nuevo.',
    },
    request_stale: {
      title: 'Inténtelo de nuevo',
      what: 'Lo que ha llegado no venía de una página que diéramos a este navegador, o la página ha estado abierta demasiado tiempo. No se ha aprobado nada.',
      next: 'Vuelva al programa y empiece de nuevo, pero solo si usted mismo inició la sesión.',
    },
    devices_stale: {
      title: 'Inténtelo de nuevo',
      what: 'Lo que ha llegado no venía de una página que diéramos a este navegador, o la página ha estado abierta demasiado tiempo. No se ha cambiado nada.',
      next: 'Abra de nuevo sus dispositivos y repita lo que quería hacer.',
    },
    sign_in_ended: {
      title: 'Este inicio de sesión ha terminado',
      what: 'Ya se completó, pertenece a otro navegador o ha esperado demasiado. Nadie ha iniciado sesión con él.',
      next: 'Empiece de nuevo, pero solo si usted mismo inició la sesión.',
    },
    sign_in_refused: {
      title: 'No ha iniciado sesión',
      what: 'El sitio al que fue no le permitió iniciar sesión, o respondió de una forma en la que no se puede confiar. No se ha aprobado nada.',
      next: 'Empiece de nuevo. Si vuelve a ocurrir, avise a quien administra este servidor.',
    },
    not_admitted: {
      title: 'Esta cuenta no tiene acceso aquí',
      what: 'Inició sesión allí, pero aquí la cuenta no está admitida. No se ha aprobado nada.',
      next: 'Si cree que debería estarlo, pregunte a quien administra este servidor.',
    },
    csrf: {
      title: 'Inténtelo de nuevo',
      what: 'Lo que ha llegado no venía de una página que diéramos a este navegador, o la página ha estado abierta demasiado tiempo. No se ha aprobado nada.',
      next: 'Introduzca el código de nuevo, pero solo si usted mismo inició la sesión.',
    },
    limited: {
      title: 'Demasiados intentos',
      what: 'Ha habido demasiados códigos incorrectos, así que esta página está cerrada por un rato.',
      next: 'Espere unos minutos. Después empiece de nuevo en su dispositivo e introduzca el código nuevo.',
    },
    not_found: {
      title: 'Aquí no hay nada',
      what: 'Esta dirección no lleva a ninguna página.',
      next: 'Para conectar un dispositivo, introduzca el código que muestra.',
    },
    invalid: {
      title: 'No ha funcionado',
      what: 'Lo que ha llegado estaba incompleto o era ilegible. No se ha aprobado nada.',
      next: 'Introduzca el código de nuevo.',
    },
    unavailable: {
      title: 'No disponible en este momento',
      what: 'El servidor no puede responder ahora mismo. No se ha aprobado nada.',
      next: 'Inténtelo de nuevo en un minuto. Su dispositivo espera mientras su código sea válido.',
    },
    failed: {
      title: 'Algo ha fallado aquí',
      what: 'Es un fallo del servidor, no suyo. Ha quedado registrado.',
      next: 'Empiece de nuevo en su dispositivo. Si vuelve a ocurrir, avise a quien administra este servidor.',
    },
  },
}
