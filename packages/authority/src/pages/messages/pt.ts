/** The pages in Portuguese, as it is written in Brazil. */
import { countingIn, lengthsOfTime } from './duration.ts'
import type { DecideMessages, DecideRequestMessages, DevicesMessages, Messages, NoticeMessages, PasskeysMessages } from './messages.ts'

const counted = countingIn('pt-BR')
const { duration, ago, longAgo, wait } = lengthsOfTime({
  lang: 'pt-BR',
  units: {
    second: { one: '# segundo', other: '# segundos' },
    minute: { one: '# minuto', other: '# minutos' },
    hour: { one: '# hora', other: '# horas' },
    day: { one: '# dia', other: '# dias' },
  },
  joint: ' e ',
  ago: (length) => `há ${length}`,
  justNow: 'agora mesmo',
})

const decide: DecideMessages = {
  title: 'Um dispositivo pede para agir em seu nome',
  lead: (client, approver) => ['Algo que diz se chamar ', client, ' quer entrar como ', approver, '. Foi você que iniciou isto?'],
  unnamed: 'um programa sem nome',
  unverified: 'não verificado',
  compare: 'Seu dispositivo mostra este código?',
  compareHow: 'Compare cada caractere. Se ele mostrar outro código, ou se não houver um dispositivo assim na sua frente, recuse.',
  spelled: (characters) => `Código: ${characters}`,
  whoAsks: 'Quem está pedindo',
  client: 'Programa',
  callsItself: (name) => ['Diz se chamar ', name],
  clientId: (id) => ['registrado como ', id],
  published: 'Publicado em',
  verified: 'verificado',
  publishedWhy: 'É onde o programa se descreve. O endereço é certo; o que ele diz de si mesmo, não.',
  registered: 'Registrado',
  registeredItself: 'Por conta própria. Ninguém aqui verificou quem o fez.',
  device: 'Dispositivo',
  deviceSays: (name) => ['Diz que é ', name],
  deviceSilent: 'Não disse o que é',
  from: 'Pedido de',
  sameNetwork: 'A mesma rede deste navegador',
  otherNetwork: 'Não é a rede deste navegador. Isso é esperado se você trabalha em uma máquina remota; caso contrário, recuse.',
  unknownNetwork: 'Não se sabe se este navegador está na mesma rede',
  software: (userAgent) => ['diz que usa ', userAgent],
  asked: 'Pedido',
  ago,
  stillOpen: (seconds) => `Você ainda pode responder por ${duration(seconds)}`,
  key: 'Proteção',
  keyBound: 'Preso a uma chave nesse dispositivo: o que ele recebe não serve em nenhum outro lugar',
  keyFree: 'Não está preso a um dispositivo: quem copiar o que ele recebe pode usar',
  may: 'O que ele poderá fazer',
  untick: 'Desmarque o que ele não deve poder fazer.',
  risky: 'sensível',
  signInFirst:
    'Isto inclui algo sensível, e já faz um tempo que você entrou. Para aprovar, primeiro entre de novo; então você também poderá escolher o que permitir.',
  signInAgain: 'Entrar de novo',
  noScopes: 'Não pede nenhuma permissão específica.',
  at: 'Onde',
  noResources: 'Nenhum servidor específico',
  consequence: (client) => ['Se você aprovar, ', client, ' poderá fazer isto em seu nome, sem perguntar de novo, até que você revogue.'],
  anyProgram: 'Qualquer programa pode dizer que este endereço é dele.',
  anyProgramWhy: 'Nada prova qual programa roda no dispositivo. Aprove somente se foi você que acabou de iniciá-lo lá.',
  phishing: 'Alguém enviou este código ou link para você? Recuse.',
  phishingWhy: 'Quem enviou entraria na sua conta. Ninguém honesto jamais vai pedir que você aprove um código dele.',
  report: (contact) => ['E avise: ', contact],
  yourAnswer: 'Sua resposta',
  confirm: 'Eu mesmo iniciei este acesso, em um dispositivo que está na minha frente, e ele mostra este código.',
  errors: {
    not_confirmed: 'Para aprovar, confirme primeiro que foi você que iniciou este acesso. Se não foi, recuse.',
    nothing_ticked: 'Para aprovar, deixe pelo menos uma permissão marcada. Para não permitir nada, recuse.',
  },
  deny: 'Recusar',
  approve: 'Aprovar',
}

const decideRequest: DecideRequestMessages = {
  title: 'Um programa pede para agir em seu nome',
  lead: decide.lead,
  goesBack: 'Para onde isto volta',
  goesBackTo: (host) => ['Volta para ', host],
  goesBackHere: 'Volta para um programa neste computador',
  goesBackProgram: (scheme) => ['Volta para o programa que abre links ', scheme, ' neste computador'],
  whole: (address) => ['completo: ', address],
  whoAsks: 'Quem está pedindo',
  consequence: decide.consequence,
  local: 'Qualquer programa neste computador pode pedir isto.',
  localWhy: 'Nada prova qual deles é. Aprove somente se foi você que acabou de mandar um programa daqui entrar.',
  started: 'Uma mensagem ou um desconhecido trouxe você aqui? Recuse.',
  startedWhy: 'Você só precisa estar aqui se acabou de pedir a este programa que entre e sabe para onde ele volta.',
}

const devices: DevicesMessages = {
  title: 'Seus dispositivos',
  seeAll: 'Ver e revogar seus dispositivos',
  lead: (approver) => ['O que pode agir como ', approver, ' neste momento, porque você aprovou.'],
  none: 'Nada. Os dispositivos e programas que você aprovar ficam listados aqui até que você os revogue.',
  may: 'Pode',
  noScopes: 'Nada específico',
  approved: 'Aprovado',
  inBrowser: (address) => ['em um navegador em ', address],
  seen: 'Visto por último',
  ago: longAgo,
  rename: 'Renomear',
  label: 'O nome que você dá a ele',
  save: 'Salvar',
  revoke: 'Revogar',
  revokeAll: 'Revogar tudo',
  revokeAllWhy: 'Tudo o que está listado aqui deixa de agir por você e precisa ser aprovado de novo para voltar a agir.',
  revokeAllNow: 'Sim, revogar tudo',
  notShown: (count) =>
    counted(count, {
      one: '# mais antigo não é mostrado. Revogar tudo também o revoga.',
      other: '# mais antigos não são mostrados. Revogar tudo também os revoga.',
    }),
  done: {
    revoked: (life) => `Revogado. Não recebe mais nada, e o que ainda tem acaba em no máximo ${duration(life)}.`,
    revoked_all: (life) => `Tudo revogado. Não recebem mais nada, e o que ainda têm acaba em no máximo ${duration(life)}.`,
    renamed: () => 'Salvo.',
  },
}

const passkeys: PasskeysMessages = {
  title: 'Suas chaves de acesso',
  seeAll: 'Ver e mudar suas chaves de acesso',
  lead: (approver) => [
    'Com uma chave de acesso, você entra como ',
    approver,
    ' do mesmo jeito que desbloqueia seu dispositivo: com a digital, o rosto ou o PIN. Ela só vale neste site, então ninguém consegue tirá-la de você com um truque.',
  ],
  none: 'Você ainda não tem nenhuma.',
  unnamed: 'Sem nome',
  added: 'Adicionada',
  used: 'Último uso',
  never: 'Nunca',
  remove: 'Remover',
  add: 'Adicionar uma chave de acesso',
  nameHint: 'Por exemplo, o dispositivo ou o gerenciador de senhas que a guarda.',
  needs: 'Para isso é preciso um navegador que execute scripts e conheça chaves de acesso.',
  failed: 'Nenhuma chave de acesso foi criada. Tente de novo se quiser uma.',
  exists: 'Esse dispositivo ou gerenciador de senhas já guarda uma chave de acesso para esta conta.',
  full: 'Você já tem todas as chaves de acesso que pode ter. Para adicionar outra, remova uma primeiro.',
  signInFirst: 'Para adicionar ou remover uma chave de acesso, entre de novo primeiro.',
  done: {
    added: 'Adicionada. A partir de agora você pode entrar com ela.',
    removed: 'Removida. Ela não serve mais para entrar aqui. Apague-a também de onde está guardada.',
  },
  errors: {
    refused: 'A chave de acesso não foi adicionada. Tente de novo, por favor.',
    stale: 'Esta página ficou aberta por tempo demais, ou o formulário não veio dela. Nada foi mudado. Tente de novo, por favor.',
    only: 'Sem ela você não conseguiria mais entrar, por isso ela não foi removida.',
  },
}

const notice: NoticeMessages = {
  subject: {
    device: (host) => [host, ': um dispositivo agora pode agir em seu nome'],
    program: (host) => [host, ': um programa agora pode agir em seu nome'],
  },
  lead: {
    device: (host, approver) => ['Um dispositivo foi aprovado em ', host, ' e agora pode agir como ', approver, '.'],
    program: (host, approver) => ['Um programa foi aprovado em ', host, ' e agora pode agir como ', approver, '.'],
  },
  wasYou: 'Se foi você que aprovou, não precisa fazer nada.',
  notYou: 'Se não foi, revogue agora mesmo. Aqui você vê tudo o que pode agir em seu nome:',
  never: 'Não responda a esta mensagem e nunca informe a ninguém um código, um número ou uma senha.',
}

/** Portuguese. */
export const pt: Messages = {
  lang: 'pt-BR',
  dir: 'ltr',
  product: 'Countersign',
  signedInAs: (name) => ['Conectado como ', name],
  signOut: 'Sair',
  codeEntry: 'Digitar um código',
  signIn: {
    title: 'Entrar',
    lead: 'Depois você poderá conectar seu dispositivo.',
    leadForProgram: 'Depois você poderá responder ao programa que trouxe você aqui.',
    leadForDevices: 'Depois você poderá ver e revogar o que aprovou.',
    leadForPasskeys: 'Depois você poderá ver e mudar suas chaves de acesso.',
    titleAgain: 'Confirme que é você',
    leadAgain: 'Para isso, é preciso entrar de novo. Depois disso, você volta aonde estava.',
    submitAgain: 'Confirmar',
    name: 'Nome',
    password: 'Senha',
    submit: 'Entrar',
    with: (place) => ['Entrar com ', place],
    passkey: 'Entrar com uma chave de acesso',
    passkeyAgain: 'Confirmar com uma chave de acesso',
    passkeyFailed: 'Nenhuma chave de acesso foi usada. Tente de novo ou entre de outra forma.',
    onlyIfYouForProgram:
      'Continue somente se você mesmo acabou de pedir a um programa que entre. Se uma mensagem ou ligação trouxe você aqui, feche esta página.',
    onlyIfYou:
      'Continue somente se você mesmo acabou de iniciar um acesso em um dispositivo. Se uma mensagem ou ligação trouxe você aqui, feche esta página.',
    errors: {
      refused: 'Este nome e esta senha não combinam. Confira os dois e tente de novo.',
      passkey_refused: 'Esta chave de acesso não foi aceita. Tente de novo ou entre de outra forma.',
      limited: 'Tentativas demais. Espere alguns minutos e tente de novo.',
      stale: 'Esta página ficou aberta por tempo demais. Entre de novo, por favor.',
    },
  },
  goOn: {
    title: (place) => `Indo para ${place}`,
    what: 'Você entra lá e depois volta para cá.',
    next: (place) => ['Continuar para ', place],
  },
  enterCode: {
    title: 'Digite o código que seu dispositivo mostra',
    rule: 'Nunca digite um código que alguém enviou para você.',
    reason:
      'Você só precisa estar aqui se você mesmo acabou de iniciar um acesso, em um dispositivo que pode ver agora. Se uma mensagem ou ligação trouxe você aqui, feche esta página.',
    label: 'Código',
    hint: 'Letras minúsculas ou maiúsculas, com ou sem os traços.',
    prefilledHint: 'Preenchido a partir do link. Continue somente se seu dispositivo mostrar exatamente este código.',
    submit: 'Continuar',
    errors: {
      wrong: 'Este código não é válido, ou deixou de ser. Compare com seu dispositivo, ou comece de novo lá para receber outro.',
      mistyped: 'Confira o que digitou: há um erro neste código. Compare com seu dispositivo, caractere por caractere.',
      limited: (seconds) =>
        `Códigos errados demais. Você poderá tentar de novo em ${wait(seconds)}. Peça então um novo código no seu dispositivo.`,
      stale: 'Esta página ficou aberta por tempo demais. Digite o código de novo, por favor.',
    },
  },
  decide,
  decideRequest,
  devices,
  passkeys,
  notice,
  countersign: {
    title: 'Mais um passo: o número',
    type: (client) => ['Digite este número no dispositivo em que você iniciou ', client, '. Ele está esperando por isso.'],
    secret: 'Nunca diga este número a ninguém.',
    why: 'Ele prova que o dispositivo é seu. Quem pedir o número, por telefone, e-mail ou chat, está entrando na sua conta. Nesse caso, feche esta página e não digite o número em lugar nenhum.',
    close: 'Sem o número, nada acontece. Você pode fechar esta página quando o dispositivo tiver aceitado o número.',
  },
  done: {
    approved: {
      title: 'Aprovado',
      next: (client) => ['Volte ao seu dispositivo: ', client, ' continua lá sozinho.'],
      close: 'Você pode fechar esta página.',
      report: (contact) => ['Aprovou por engano? Avise imediatamente: ', contact],
    },
    denied: {
      title: 'Recusado',
      next: (client) => [client, ' não recebeu nada. Volte ao seu dispositivo; ele vai dizer que o pedido foi recusado.'],
      close: 'O código já foi usado. Você pode fechar esta página.',
      report: (contact) => ['Alguém enviou o código para você? Avise, por favor: ', contact],
    },
  },
  errors: {
    expired: {
      title: 'O código expirou',
      what: 'Ele não foi aprovado a tempo e não serve mais para nada.',
      next: 'Volte ao seu dispositivo e inicie o acesso de novo. Ele vai mostrar um novo código.',
    },
    too_late: {
      title: 'Passou tempo demais',
      what: 'Depois que um código é digitado, há apenas alguns minutos para decidir. Nada foi aprovado.',
      next: 'Se foi você que iniciou este acesso, inicie de novo no seu dispositivo. Se não foi, está tudo resolvido: feche esta página.',
    },
    taken: {
      title: 'Este código está aberto em outro navegador',
      what: 'Um código só pode ser digitado em um navegador, e outro foi o primeiro. Daqui nada pode ser aprovado.',
      next: 'Decida lá. Se não foi você, comece de novo no seu dispositivo para receber um novo código e deixe este expirar.',
    },
    decided: {
      title: 'Já decidido',
      what: 'Este pedido já foi aprovado ou recusado. A resposta é dada uma única vez e não pode ser mudada aqui.',
      next: 'Volte ao seu dispositivo e veja o resultado.',
    },
    not_entered: {
      title: 'Nenhum código digitado ainda',
      what: 'Neste navegador não foi digitado nenhum código que esteja esperando resposta.',
      next: 'Digite o código que seu dispositivo mostra.',
    },
    other_network: {
      title: 'Aprovado de longe demais',
      what: 'O dispositivo que pede está em outra rede que não a deste navegador e não pode pedir um número a você. É assim que se parecem os códigos enviados por desconhecidos; por isso nada foi aprovado.',
      next: 'Se o dispositivo é seu, abra esta página na mesma rede, ou use um programa que possa pedir o número.',
    },
    not_enrolled: {
      title: 'Este dispositivo não está cadastrado',
      what: 'Aqui somente dispositivos cadastrados antes podem entrar com um código. Nada foi aprovado.',
      next: 'Peça a quem administra este servidor que cadastre o dispositivo.',
    },
    request_refused: {
      title: 'Não é possível responder a este pedido',
      what: 'O programa que trouxe você aqui não fez o pedido de uma forma confiável. Nada foi aprovado e nada foi enviado a ele.',
      next: 'Volte ao programa e comece de novo. Se acontecer outra vez, conte a quem o fez o que está escrito aqui.',
    },
    request_ended: {
      title: 'Este pedido terminou',
      what: 'Ele já foi respondido, ou esperou tempo demais. Daqui nada mais pode ser aprovado.',
      next: 'Volte ao programa. Se ele ainda pedir que você entre, comece de novo lá.',
    },
    request_stale: {
      title: 'Tente de novo, por favor',
      what: 'O que chegou não veio de uma página que demos a este navegador, ou a página ficou aberta por tempo demais. Nada foi aprovado.',
      next: 'Volte ao programa e comece de novo, mas somente se foi você que iniciou o acesso.',
    },
    devices_stale: {
      title: 'Tente de novo, por favor',
      what: 'O que chegou não veio de uma página que demos a este navegador, ou a página ficou aberta por tempo demais. Nada foi mudado.',
      next: 'Abra seus dispositivos de novo e repita o que queria fazer.',
    },
    sign_in_ended: {
      title: 'Este acesso terminou',
      what: 'Ele já foi concluído, pertence a outro navegador ou esperou tempo demais. Ninguém entrou por meio dele.',
      next: 'Comece de novo, mas somente se foi você que iniciou o acesso.',
    },
    sign_in_refused: {
      title: 'Você não entrou',
      what: 'O lugar aonde você foi não confirmou seu acesso, ou respondeu de uma forma que não é confiável. Nada foi aprovado.',
      next: 'Comece de novo. Se acontecer outra vez, avise quem administra este servidor.',
    },
    not_admitted: {
      title: 'Esta conta não tem acesso aqui',
      what: 'Você entrou lá, mas aqui a conta não é admitida. Nada foi aprovado.',
      next: 'Se você acha que deveria ser, fale com quem administra este servidor.',
    },
    csrf: {
      title: 'Tente de novo, por favor',
      what: 'O que chegou não veio de uma página que demos a este navegador, ou a página ficou aberta por tempo demais. Nada foi aprovado.',
      next: 'Digite o código de novo, mas somente se foi você que iniciou o acesso.',
    },
    limited: {
      title: 'Tentativas demais',
      what: 'Houve códigos errados demais, por isso esta página está fechada por um tempo.',
      next: 'Espere alguns minutos. Depois comece de novo no seu dispositivo e digite o novo código.',
    },
    not_found: {
      title: 'Não há nada aqui',
      what: 'Este endereço não leva a nenhuma página.',
      next: 'Para conectar um dispositivo, digite o código que ele mostra.',
    },
    invalid: {
      title: 'Não deu certo',
      what: 'O que chegou estava incompleto ou ilegível. Nada foi aprovado.',
      next: 'Digite o código de novo.',
    },
    unavailable: {
      title: 'Indisponível no momento',
      what: 'O servidor não consegue responder agora. Nada foi aprovado.',
      next: 'Tente de novo em um minuto. Seu dispositivo espera enquanto o código dele for válido.',
    },
    failed: {
      title: 'Algo quebrou aqui',
      what: 'A falha é do servidor, não sua. Ela foi registrada.',
      next: 'Inicie o acesso de novo no seu dispositivo. Se acontecer outra vez, avise quem administra este servidor.',
    },
  },
}
