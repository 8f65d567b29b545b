/** The pages in French. */
import { countingIn, lengthsOfTime } from './duration.ts'
import type { DecideMessages, DecideRequestMessages, DevicesMessages, Messages, NoticeMessages, PasskeysMessages } from './messages.ts'

const counted = countingIn('fr')
const { duration, ago, longAgo, wait } = lengthsOfTime({
  lang: 'fr',
  units: {
    second: { one: '# seconde', other: '# secondes' },
    minute: { one: '# minute', other: '# minutes' },
    hour: { one: '# heure', other: '# heures' },
    day: { one: '# jour', other: '# jours' },
  },
  joint: ' et ',
  ago: (length) => `il y a ${length}`,
  justNow: 'à l’instant',
})

const decide: DecideMessages = {
  title: 'Un appareil demande à agir en votre nom',
  lead: (client, approver) => [
    'Quelque chose qui se présente comme ',
    client,
    ' veut se connecter en tant que ',
    approver,
    '. Est-ce vous qui l’avez lancé\u00a0?',
  ],
  unnamed: 'un programme sans nom',
  unverified: 'non vérifié',
  compare: 'Votre appareil affiche-t-il ce code\u00a0?',
  compareHow: 'Comparez chaque caractère. S’il affiche un autre code, ou si vous n’avez pas un tel appareil devant vous, refusez.',
  spelled: (characters) => `Code\u00a0: ${characters}`,
  whoAsks: 'Qui demande',
  client: 'Programme',
  callsItself: (name) => ['Se présente comme ', name],
  clientId: (id) => ['enregistré sous ', id],
  published: 'Publié sur',
  verified: 'vérifié',
  publishedWhy: 'C’est là que le programme se décrit. L’adresse est certaine, ce qu’il dit de lui-même ne l’est pas.',
  registered: 'Enregistré',
  registeredItself: 'Par lui-même. Personne ici n’a vérifié qui l’a fait.',
  device: 'Appareil',
  deviceSays: (name) => ['Dit être ', name],
  deviceSilent: 'N’a pas dit ce qu’il est',
  from: 'Demandé depuis',
  sameNetwork: 'Même réseau que ce navigateur',
  otherNetwork: 'Pas le réseau de ce navigateur. C’est normal si vous travaillez sur une machine distante\u00a0; sinon, refusez.',
  unknownNetwork: 'On ne sait pas si ce navigateur est sur le même réseau',
  near: (place) => ['lieu probable\u00a0: ', place],
  thisBrowser: 'Ce navigateur',
  otherCountry: (device, browser) => ['Pays différents\u00a0: l’appareil, ', device, '\u00a0; ce navigateur, ', browser, '.'],
  otherCountryWhy:
    'Ce n’est normal que si vous travaillez sur une machine là-bas, ou si l’un des deux passe par un VPN. Sinon, c’est un inconnu qui a lancé ceci\u00a0: refusez.',
  software: (userAgent) => ['dit utiliser ', userAgent],
  asked: 'Demandé',
  ago,
  stillOpen: (seconds) => `Vous pouvez répondre encore pendant ${duration(seconds)}`,
  key: 'Protection',
  keyBound: 'Lié à une clé sur cet appareil\u00a0: ce qu’il reçoit ne sert à rien ailleurs',
  keyFree: 'Lié à aucun appareil\u00a0: quiconque copie ce qu’il reçoit peut s’en servir',
  may: 'Ce qu’il pourra faire',
  untick: 'Décochez ce qu’il ne doit pas pouvoir faire.',
  risky: 'sensible',
  signInFirst:
    'Cela comprend quelque chose de sensible, et votre connexion date un peu. Pour approuver, connectez-vous d’abord de nouveau\u00a0; vous pourrez alors aussi choisir ce que vous autorisez.',
  signInAgain: 'Se reconnecter',
  noScopes: 'Il ne demande aucune autorisation particulière.',
  at: 'Où',
  noResources: 'Aucun serveur particulier',
  consequence: (client) => [
    'Si vous approuvez, ',
    client,
    ' pourra le faire en votre nom, sans redemander, jusqu’à ce que vous le révoquiez.',
  ],
  anyProgram: 'N’importe quel programme peut donner cette adresse comme la sienne.',
  anyProgramWhy: 'Rien ne prouve quel programme tourne sur l’appareil. N’approuvez que si vous venez vous-même de l’y lancer.',
  phishing: 'Quelqu’un vous a envoyé ce code ou ce lien\u00a0? Refusez.',
  phishingWhy:
    'La personne qui l’a envoyé entrerait dans votre compte. Personne d’honnête ne vous demandera jamais d’approuver son propre code.',
  report: (contact) => ['Et signalez-le\u00a0: ', contact],
  yourAnswer: 'Votre réponse',
  confirm: 'J’ai lancé moi-même cette connexion, sur un appareil qui est devant moi, et il affiche ce code.',
  errors: {
    not_confirmed: 'Pour approuver, confirmez d’abord que vous avez lancé cette connexion. Si ce n’est pas le cas, refusez.',
    nothing_ticked: 'Pour approuver, laissez au moins une autorisation cochée. Pour ne rien autoriser du tout, refusez.',
  },
  deny: 'Refuser',
  approve: 'Approuver',
}

const decideRequest: DecideRequestMessages = {
  title: 'Un programme demande à agir en votre nom',
  lead: decide.lead,
  goesBack: 'Où vous serez renvoyé',
  goesBackTo: (host) => ['Retour vers ', host],
  goesBackHere: 'Retour vers un programme sur cet ordinateur',
  goesBackProgram: (scheme) => ['Retour vers le programme qui ouvre les liens ', scheme, ' sur cet ordinateur'],
  whole: (address) => ['en entier\u00a0: ', address],
  whoAsks: 'Qui demande',
  consequence: decide.consequence,
  local: 'N’importe quel programme sur cet ordinateur peut faire cette demande.',
  localWhy: 'Rien ne prouve duquel il s’agit. N’approuvez que si vous venez vous-même de demander à un programme d’ici de se connecter.',
  started: 'Un message ou un inconnu vous a envoyé ici\u00a0? Refusez.',
  startedWhy:
    'Vous n’avez à être ici que si vous venez vous-même de demander à ce programme de se connecter, et si vous savez où il vous renvoie.',
}

const devices: DevicesMessages = {
  title: 'Vos appareils',
  seeAll: 'Voir et révoquer vos appareils',
  lead: (approver) => ['Ce qui peut agir en tant que ', approver, ' en ce moment, parce que vous l’avez approuvé.'],
  none: 'Rien. Les appareils et programmes que vous approuvez apparaissent ici jusqu’à ce que vous les révoquiez.',
  may: 'Peut',
  noScopes: 'Rien de particulier',
  approved: 'Approuvé',
  inBrowser: (address) => ['dans un navigateur à l’adresse ', address],
  seen: 'Vu pour la dernière fois',
  ago: longAgo,
  rename: 'Renommer',
  label: 'Le nom que vous lui donnez',
  save: 'Enregistrer',
  revoke: 'Révoquer',
  revokeAll: 'Tout révoquer',
  revokeAllWhy: 'Tout ce qui figure ici cesse d’agir pour vous, et devra être approuvé de nouveau avant de le pouvoir.',
  revokeAllNow: 'Oui, tout révoquer',
  notShown: (count) =>
    counted(count, {
      one: '# plus ancien n’est pas affiché. Tout révoquer le révoque aussi.',
      other: '# plus anciens ne sont pas affichés. Tout révoquer les révoque aussi.',
    }),
  done: {
    revoked: (life) => `Révoqué. Il ne reçoit plus rien, et ce qu’il détient encore prend fin d’ici ${duration(life)}.`,
    revoked_all: (life) =>
      `Tout est révoqué. Ils ne reçoivent plus rien, et ce qu’ils détiennent encore prend fin d’ici ${duration(life)}.`,
    renamed: () => 'Enregistré.',
  },
}

const passkeys: PasskeysMessages = {
  title: 'Vos clés d’accès',
  seeAll: 'Voir et modifier vos clés d’accès',
  lead: (approver) => [
    'Avec une clé d’accès, vous vous connectez en tant que ',
    approver,
    ' comme vous déverrouillez votre appareil\u00a0: par l’empreinte, le visage ou le code PIN. Elle ne sert que sur ce site, donc personne ne peut vous la soutirer.',
  ],
  none: 'Vous n’en avez pas encore.',
  unnamed: 'Sans nom',
  added: 'Ajoutée',
  removed: 'Supprimée',
  used: 'Dernière utilisation',
  never: 'Jamais',
  remove: 'Supprimer',
  add: 'Ajouter une clé d’accès',
  nameHint: 'Par exemple l’appareil ou le gestionnaire de mots de passe qui la conserve.',
  needs: 'Il faut pour cela un navigateur qui exécute les scripts et connaît les clés d’accès.',
  failed: 'Aucune clé d’accès n’a été créée. Réessayez si vous en voulez une.',
  exists: 'Cet appareil ou gestionnaire de mots de passe contient déjà une clé d’accès pour ce compte.',
  full: 'Vous avez autant de clés d’accès qu’il peut y en avoir. Pour en ajouter une autre, supprimez-en d’abord une.',
  signInFirst: 'Pour ajouter ou supprimer une clé d’accès, connectez-vous d’abord de nouveau.',
  done: {
    added: 'Ajoutée. Vous pouvez désormais vous connecter avec elle.',
    removed: 'Supprimée. Elle ne permet plus de se connecter ici. Effacez-la aussi là où elle est conservée.',
  },
  errors: {
    refused: 'La clé d’accès n’a pas été ajoutée. Veuillez réessayer.',
    stale: 'Cette page est restée ouverte trop longtemps, ou le formulaire ne venait pas d’elle. Rien n’a été modifié. Veuillez réessayer.',
    only: 'Sans elle, vous ne pourriez plus vous connecter\u00a0: elle n’a donc pas été supprimée.',
  },
}

const notice: NoticeMessages = {
  subject: {
    device: (host) => [host, '\u00a0: un appareil peut désormais agir en votre nom'],
    program: (host) => [host, '\u00a0: un programme peut désormais agir en votre nom'],
    passkey_added: (host) => [host, '\u00a0: une clé d’accès a été ajoutée à votre compte'],
    passkey_removed: (host) => [host, '\u00a0: une clé d’accès de votre compte a été supprimée'],
  },
  lead: {
    device: (host, approver) => ['Un appareil a été approuvé sur ', host, ' et peut désormais agir en tant que ', approver, '.'],
    program: (host, approver) => ['Un programme a été approuvé sur ', host, ' et peut désormais agir en tant que ', approver, '.'],
    passkey_added: (host, approver) => [
      'Une clé d’accès permettant de se connecter en tant que ',
      approver,
      ' a été ajoutée sur ',
      host,
      '.',
    ],
    passkey_removed: (host, approver) => [
      'Une clé d’accès permettant de se connecter en tant que ',
      approver,
      ' a été supprimée sur ',
      host,
      '.',
    ],
  },
  passkey: 'Clé d’accès',
  wasYou: 'Si vous l’avez approuvé vous-même, vous n’avez rien à faire.',
  wasYouPasskey: 'Si c’était vous, vous n’avez rien à faire.',
  notYou: 'Sinon, révoquez-le immédiatement. Voici tout ce qui peut agir en votre nom\u00a0:',
  notYouPasskey:
    'Sinon, quelqu’un d’autre est entré dans votre compte. Supprimez ici ce qui n’est pas à vous, et prévenez les personnes qui gèrent le serveur\u00a0:',
  never: 'Ne répondez pas à ce message, et ne communiquez jamais à personne un code, un nombre ou un mot de passe.',
}

/** French. */
export const fr: Messages = {
  lang: 'fr',
  dir: 'ltr',
  product: 'Countersign',
  signedInAs: (name) => ['Connecté en tant que ', name],
  signOut: 'Se déconnecter',
  codeEntry: 'Saisir un code',
  signIn: {
    title: 'Se connecter',
    lead: 'Vous pourrez ensuite connecter votre appareil.',
    leadForProgram: 'Vous pourrez ensuite répondre au programme qui vous a envoyé ici.',
    leadForDevices: 'Vous pourrez ensuite voir et révoquer ce que vous avez approuvé.',
    leadForPasskeys: 'Vous pourrez ensuite voir et modifier vos clés d’accès.',
    titleAgain: 'Confirmez que c’est bien vous',
    leadAgain: 'Pour cela, vous devez vous connecter à nouveau. Ensuite, vous reviendrez là où vous étiez.',
    submitAgain: 'Confirmer',
    name: 'Nom',
    password: 'Mot de passe',
    submit: 'Se connecter',
    with: (place) => ['Se connecter avec ', place],
    passkey: 'Se connecter avec une clé d’accès',
    passkeyAgain: 'Confirmer avec une clé d’accès',
    passkeyFailed: 'Aucune clé d’accès n’a été utilisée. Réessayez, ou connectez-vous autrement.',
    onlyIfYouForProgram:
      'Ne continuez que si vous venez vous-même de demander à un programme de se connecter. Si un message ou un appel vous a envoyé ici, fermez cette page.',
    onlyIfYou:
      'Ne continuez que si vous venez vous-même de lancer une connexion sur un appareil. Si un message ou un appel vous a envoyé ici, fermez cette page.',
    errors: {
      refused: 'Ce nom et ce mot de passe ne vont pas ensemble. Vérifiez les deux et réessayez.',
      passkey_refused: 'Cette clé d’accès n’a pas été acceptée. Réessayez, ou connectez-vous autrement.',
      limited: 'Trop de tentatives. Attendez quelques minutes, puis réessayez.',
      stale: 'Cette page est restée ouverte trop longtemps. Veuillez vous connecter de nouveau.',
    },
  },
  goOn: {
    title: (place) => `Vers ${place}`,
    what: 'Vous vous y connectez, puis vous revenez ici.',
    next: (place) => ['Continuer vers ', place],
  },
  enterCode: {
    title: 'Saisissez le code que votre appareil affiche',
    rule: 'Ne saisissez jamais un code que quelqu’un vous a envoyé.',
    reason:
      'Vous n’avez à être ici que si vous venez vous-même de lancer une connexion, sur un appareil que vous voyez en ce moment. Si un message ou un appel vous a envoyé ici, fermez cette page.',
    label: 'Code',
    hint: 'Minuscules ou majuscules, avec ou sans tirets.',
    prefilledHint: 'Repris du lien. Ne continuez que si votre appareil affiche exactement ce code.',
    submit: 'Continuer',
    errors: {
      wrong:
        'Ce code n’est pas valable, ou ne l’est plus. Comparez-le avec votre appareil, ou recommencez là-bas pour en obtenir un nouveau.',
      mistyped: 'Vérifiez votre saisie\u00a0: il y a une erreur dans ce code. Comparez-le avec votre appareil, caractère par caractère.',
      limited: (seconds) =>
        `Trop de codes erronés. Vous pourrez réessayer dans ${wait(seconds)}. Demandez alors un nouveau code sur votre appareil.`,
      stale: 'Cette page est restée ouverte trop longtemps. Veuillez saisir le code de nouveau.',
    },
  },
  decide,
  decideRequest,
  devices,
  passkeys,
  notice,
  countersign: {
    title: 'Encore une étape\u00a0: le nombre',
    type: (client) => ['Tapez ce nombre sur l’appareil où vous avez lancé ', client, '. Il l’attend.'],
    secret: 'Ne dites jamais ce nombre à personne.',
    why: 'Il prouve que l’appareil est le vôtre. Quelqu’un qui vous le demande, par téléphone, par e-mail ou par messagerie, est en train d’entrer dans votre compte. Dans ce cas, fermez cette page et ne tapez le nombre nulle part.',
    close: 'Sans ce nombre, rien ne se passe. Vous pourrez fermer cette page dès que l’appareil l’aura accepté.',
  },
  done: {
    approved: {
      title: 'Approuvé',
      next: (client) => ['Retournez à votre appareil\u00a0: ', client, ' y continue tout seul.'],
      close: 'Vous pouvez fermer cette page.',
      report: (contact) => ['Approuvé par erreur\u00a0? Prévenez tout de suite\u00a0: ', contact],
    },
    denied: {
      title: 'Refusé',
      next: (client) => [client, ' n’a rien reçu. Retournez à votre appareil\u00a0; il vous dira que la demande a été refusée.'],
      close: 'Le code ne peut plus servir. Vous pouvez fermer cette page.',
      report: (contact) => ['Quelqu’un vous a envoyé le code\u00a0? Merci de prévenir\u00a0: ', contact],
    },
  },
  errors: {
    expired: {
      title: 'Le code a expiré',
      what: 'Il n’a pas été approuvé à temps et ne sert plus à rien.',
      next: 'Retournez à votre appareil et relancez la connexion. Il affichera un nouveau code.',
    },
    too_late: {
      title: 'Trop de temps a passé',
      what: 'Une fois le code saisi, il ne reste que quelques minutes pour décider. Rien n’a été approuvé.',
      next: 'Si vous avez lancé cette connexion vous-même, relancez-la sur votre appareil. Sinon, c’est terminé\u00a0: fermez cette page.',
    },
    taken: {
      title: 'Ce code est ouvert dans un autre navigateur',
      what: 'Un code ne peut être saisi que dans un seul navigateur, et un autre l’a été en premier. D’ici, rien ne peut être approuvé.',
      next: 'Décidez là-bas. Si ce n’était pas vous, recommencez sur votre appareil pour obtenir un nouveau code, et laissez celui-ci expirer.',
    },
    decided: {
      title: 'Déjà décidé',
      what: 'Cette demande a déjà été approuvée ou refusée. Une réponse se donne une seule fois et ne peut pas être modifiée ici.',
      next: 'Retournez à votre appareil pour voir ce qu’il en est.',
    },
    not_entered: {
      title: 'Aucun code saisi pour l’instant',
      what: 'Aucun code en attente de réponse n’a été saisi dans ce navigateur.',
      next: 'Saisissez le code que votre appareil affiche.',
    },
    other_network: {
      title: 'Approuvé de trop loin',
      what: 'L’appareil qui demande est sur un autre réseau que ce navigateur, et il ne peut pas vous demander de nombre. C’est à cela que ressemblent les codes envoyés par des inconnus\u00a0; rien n’a donc été approuvé.',
      next: 'Si l’appareil est le vôtre, ouvrez cette page sur le même réseau, ou utilisez un programme capable de demander le nombre.',
    },
    other_country: {
      title: 'L’appareil est dans un autre pays',
      what: 'Ce serveur n’approuve rien lorsque l’appareil qui demande et le navigateur sont dans des pays différents. C’est à cela que ressemblent les codes envoyés par des inconnus\u00a0; rien n’a donc été approuvé.',
      next: 'Si l’appareil est le vôtre, ouvrez cette page dans le même pays ou sans VPN, ou demandez au responsable de ce serveur.',
    },
    not_enrolled: {
      title: 'Cet appareil n’est pas inscrit',
      what: 'Ici, seuls les appareils déclarés à l’avance peuvent se connecter avec un code. Rien n’a été approuvé.',
      next: 'Demandez au responsable de ce serveur d’inscrire l’appareil.',
    },
    request_refused: {
      title: 'Impossible de répondre à cette demande',
      what: 'Le programme qui vous a envoyé ici n’a pas fait sa demande d’une manière digne de confiance. Rien n’a été approuvé, et rien ne lui a été envoyé.',
      next: 'Retournez au programme et recommencez. Si cela se reproduit, dites à son auteur ce qui est écrit ici.',
    },
    request_ended: {
      title: 'Cette demande est terminée',
      what: 'Une réponse a déjà été donnée, ou la demande a attendu trop longtemps. D’ici, plus rien ne peut être approuvé.',
      next: 'Retournez au programme. S’il vous demande encore de vous connecter, recommencez là-bas.',
    },
    request_stale: {
      title: 'Veuillez réessayer',
      what: 'Ce qui est arrivé ne venait pas d’une page que nous avons donnée à ce navigateur, ou la page est restée ouverte trop longtemps. Rien n’a été approuvé.',
      next: 'Retournez au programme et recommencez, mais seulement si vous avez lancé la connexion vous-même.',
    },
    devices_stale: {
      title: 'Veuillez réessayer',
      what: 'Ce qui est arrivé ne venait pas d’une page que nous avons donnée à ce navigateur, ou la page est restée ouverte trop longtemps. Rien n’a été modifié.',
      next: 'Rouvrez vos appareils et refaites ce que vous vouliez faire.',
    },
    sign_in_ended: {
      title: 'Cette connexion est terminée',
      what: 'Elle a déjà abouti, appartient à un autre navigateur, ou a attendu trop longtemps. Elle n’a connecté personne.',
      next: 'Recommencez, mais seulement si vous avez lancé la connexion vous-même.',
    },
    sign_in_refused: {
      title: 'Vous n’êtes pas connecté',
      what: 'Le site où vous êtes allé ne vous a pas connecté, ou a répondu d’une manière qui n’est pas digne de confiance. Rien n’a été approuvé.',
      next: 'Recommencez. Si cela se reproduit, prévenez le responsable de ce serveur.',
    },
    not_admitted: {
      title: 'Ce compte n’a pas accès ici',
      what: 'Vous vous êtes connecté là-bas, mais ici le compte n’est pas admis. Rien n’a été approuvé.',
      next: 'Si vous pensez qu’il devrait l’être, adressez-vous au responsable de ce serveur.',
    },
    csrf: {
      title: 'Veuillez réessayer',
      what: 'Ce qui est arrivé ne venait pas d’une page que nous avons donnée à ce navigateur, ou la page est restée ouverte trop longtemps. Rien n’a été approuvé.',
      next: 'Saisissez le code de nouveau, mais seulement si vous avez lancé la connexion vous-même.',
    },
    limited: {
      title: 'Trop de tentatives',
      what: 'Il y a eu trop de codes erronés\u00a0; cette page est donc fermée pour un moment.',
      next: 'Attendez quelques minutes. Recommencez ensuite sur votre appareil et saisissez le nouveau code.',
    },
    not_found: {
      title: 'Il n’y a rien ici',
      what: 'Cette adresse ne mène à aucune page.',
      next: 'Pour connecter un appareil, saisissez le code qu’il affiche.',
    },
    invalid: {
      title: 'Cela n’a pas fonctionné',
      what: 'Ce qui est arrivé était incomplet ou illisible. Rien n’a été approuvé.',
      next: 'Saisissez le code de nouveau.',
    },
    unavailable: {
      title: 'Indisponible pour le moment',
      what: 'Le serveur ne peut pas répondre pour l’instant. Rien n’a été approuvé.',
      next: 'Réessayez dans une minute. Votre appareil attend tant que son code est valable.',
    },
    failed: {
      title: 'Une panne s’est produite ici',
      what: 'C’est une erreur du serveur, pas la vôtre. Elle a été consignée.',
      next: 'Relancez la connexion sur votre appareil. Si cela se reproduit, prévenez le responsable de ce serveur.',
    },
  },
}
