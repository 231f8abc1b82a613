<?php

declare(strict_types=1);

namespace DingtalkExtcontact\Tests;

use DingtalkExtcontact\Client;
use DingtalkExtcontact\DingTalkException;
use DingtalkExtcontact\Exception\ApiException;
use DingtalkExtcontact\Exception\CancelledException;
use DingtalkExtcontact\Exception\InvalidArgumentException;
use DingtalkExtcontact\Exception\InvalidUserIdException;
use DingtalkExtcontact\Exception\ServiceException;
use DingtalkExtcontact\Library;
use PHPUnit\Framework\TestCase;

final class ClientTest extends TestCase
{
    private Sandbox $sandbox;

    private function client(string $faults = '', int|string|bool ...$options): Client
    {
        $this->sandbox = Sandbox::dingtalk($faults);
        return new Client(...$this->sandbox->options(), ...$options + ['rate' => 0]);
    }

    /** A call that waits until something ends it: each reply is late. */
    private function slow(int|string|bool ...$options): Client
    {
        return $this->client('delay=1@20s', ...$options);
    }

    /** What is thrown, and that it comes within 100 ms of $since. */
    private function thrownAt(float &$since, callable $function): \Throwable
    {
        try {
            $function();
        } catch (\Throwable $thrown) {
            $this->assertLessThan(0.1, microtime(true) - $since);
            return $thrown;
        }
        $this->fail('nothing was thrown');
    }

    public function testDeletesAndSaysWhatItWas(): void
    {
        $client = $this->client();
        $id = $this->sandbox->ids()[0];
        $deletion = $client->delete($id);
        $this->assertSame([$id, 'deleted', 1], [$deletion->userId, $deletion->status, $deletion->attempts]);
        $this->assertSame('absent', $client->delete($id, missingOk: true)->status);
        try {
            $client->delete($id);
            $this->fail();
        } catch (InvalidUserIdException $error) {
            $this->assertSame([$id, '33012', false], [$error->userId, $error->apiCode, $error->maybeDeleted]);
            $this->assertSame($error->getMessage(), $error->jsonSerialize()['message']);
        }
        $this->expectException(\Error::class);
        $deletion->status = 'absent';
    }

    public function testEveryOptionOfTheLibraryIsAParameter(): void
    {
        preg_match_all('/int (dtx_\w+_set_\w+)\(/', (string) file_get_contents(__DIR__ . '/../dingtalk_extcontact_ffi.h'), $found);
        $named = [];
        foreach ([['dtx_options', '__construct'], ['dtx_call', 'delete'], ['dtx_batch_options', 'deleteMany']] as [$type, $method]) {
            foreach ((new \ReflectionMethod(Client::class, $method))->getParameters() as $parameter) {
                $named[] = $type . '_set_' . strtolower(preg_replace('/[A-Z]/', '_$0', $parameter->getName()));
            }
        }
        $setters = preg_grep('/_set_probe$|^dtx_client/', $found[1], PREG_GREP_INVERT);
        $this->assertNotEmpty($setters);
        $this->assertSame([], array_values(array_diff($setters, $named)));
    }

    public function testOptionsAreRefusedByTheLibrary(): void
    {
        foreach ([['timeoutMs' => 0], ['rate' => 2 ** 32 + 1], ['maxAttempts' => -1], ['region' => 'moon'], []] as $options) {
            try {
                new Client(...$options + ($options ? ['accessToken' => 'tok-1'] : []));
                $this->fail(json_encode($options));
            } catch (InvalidArgumentException $error) {
                $this->assertSame('invalid_argument', $error->kind);
                $this->assertInstanceOf(\InvalidArgumentException::class, $error);
            }
        }
        $this->expectExceptionMessage('Unknown named parameter');
        Client::fromEnv(speed: 3);
    }

    public function testMessagesAndAdviceHaveTheNamesOfPhp(): void
    {
        $client = $this->client();
        $id = $this->sandbox->ids()[0];
        foreach ([
            ['attemptTimeoutMs', static fn () => new Client(accessToken: 'tok-1', attemptTimeoutMs: 0)],
            ['appKey and appSecret', static fn () => new Client()],
            ['appKey has a NUL', static fn () => new Client(appKey: "a\0", appSecret: 'b')],
            ['timeoutMs is out of bounds', static fn () => $client->delete($id, timeoutMs: 0)],
            ['missingOk treats', static fn () => $client->delete('0125400001')],
            ['concurrency is out of bounds', static fn () => $client->deleteMany([$id], concurrency: 0)],
        ] as [$name, $call]) {
            try {
                $call();
                $this->fail($name);
            } catch (DingTalkException|\InvalidArgumentException $error) {
                $told = $error->getMessage() . ' ' . ($error->advice ?? '');
                $this->assertStringContainsString($name, $told);
                $this->assertStringNotContainsString('dtx_', $told);
            }
        }
        $items = $client->deleteMany(array_map(static fn ($number) => "0125400$number", range(100, 139)));
        foreach ($items as $item) {
            $this->assertNull($item->deletion);
        }
        $this->assertStringEndsWith('give missingOk: true or stopOnMissing: false', $items->getReturn()->stopped);
    }

    public function testAdviceInChinese(): void
    {
        try {
            $this->client(language: 'zh')->delete('0125400001');
            $this->fail();
        } catch (InvalidUserIdException $error) {
            $this->assertMatchesRegularExpression('/\p{Han}.*missingOk/u', $error->advice);
        }
    }

    public function testEnvironmentComesFirstAndOptionsOnTop(): void
    {
        $this->client();
        putenv('DINGTALK_ACCESS_TOKEN=' . $this->sandbox->options()['accessToken']);
        try {
            $client = Client::fromEnv(endpoint: $this->sandbox->options()['endpoint']);
            $this->assertSame('deleted', $client->delete($this->sandbox->ids()[0])->status);
        } finally {
            putenv('DINGTALK_ACCESS_TOKEN');
        }
    }

    public function testIdsThatAreNoTextAreRefusedBeforeAnythingIsSent(): void
    {
        $client = new Client(accessToken: 'tok-1', endpoint: 'http://127.0.0.1:9');
        foreach ([125400001, null, 1.5, ['1'], new \stdClass()] as $id) {
            try {
                $client->delete($id);
                $this->fail();
            } catch (\TypeError $error) {
                $this->assertStringStartsWith('userId is no string', $error->getMessage());
            }
        }
        foreach (["01\x00", "\x00", "\xff", "\xed\xa0\x80", ''] as $id) {
            try {
                $client->delete($id);
                $this->fail();
            } catch (\InvalidArgumentException $error) {
                $this->assertStringContainsString(str_contains($id, "\0") ? 'userId ' : 'user_id', $error->getMessage());
            }
        }
        $this->expectException(\InvalidArgumentException::class);
        new Client(accessToken: "tok\x001");
    }

    public function testIdsThatAreNotAscii(): void
    {
        $locale = setlocale(\LC_ALL, '0');
        setlocale(\LC_ALL, 'C');
        $client = $this->client();
        $this->assertSame('客户01é😀', $client->delete('客户01é😀', missingOk: true)->userId);
        setlocale(\LC_ALL, $locale);
    }

    public function testAClosedClientRefuses(): void
    {
        $client = $this->client();
        $client->close();
        $client->close();
        foreach ([fn () => $client->delete('1'), fn () => $client->deleteMany(['1'])->current()?->error] as $use) {
            try {
                $error = $use();
            } catch (InvalidArgumentException $error) {
            }
            $this->assertInstanceOf(\InvalidArgumentException::class, $error);
            $this->assertStringContainsString('closed', $error->getMessage());
        }
    }

    /** At the end destructors run in the order of creation, so the client has been freed by then. */
    public function testAClientIsRefusedInADestructorAfterItsOwn(): void
    {
        $autoload = var_export(__DIR__ . '/autoload.php', true);
        $program = <<<PHP
            require $autoload;
            final class Last
            {
                public static \$kept = [];
                public function __destruct()
                {
                    try {
                        self::\$kept[0]->delete('0125400001');
                    } catch (InvalidArgumentException \$error) {
                        echo \$error->getMessage();
                    }
                }
            }
            Last::\$kept[] = new DingtalkExtcontact\Client(accessToken: 'tok-1', endpoint: 'http://127.0.0.1:9');
            // They take the places of what was needed to make it.
            for (\$count = 0; \$count < 20; \$count++) {
                Last::\$kept[] = new stdClass();
            }
            Last::\$kept[] = new Last();
            PHP;
        $process = proc_open([PHP_BINARY, '-r', $program], [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
        $said = array_map('stream_get_contents', $pipes);
        $this->assertSame([[1 => 'client is NULL', 2 => ''], 0], [$said, proc_close($process)]);
    }

    public function testAClientIsNeitherCopiedNorSerialized(): void
    {
        $client = $this->client();
        foreach ([fn () => clone $client, fn () => serialize($client)] as $copy) {
            try {
                $copy();
                $this->fail();
            } catch (\Throwable $error) {
                $this->assertStringNotContainsString('fail', $error->getMessage());
            }
        }
        $this->assertStringNotContainsString($this->sandbox->options()['accessToken'], print_r($client, true));
    }

    public function testClosingWhileACallIsUnderWay(): void
    {
        $client = $this->client('delay=1@200ms');
        $close = function () use (&$client): bool {
            $client?->close();
            $client = null;
            gc_collect_cycles();
            return false;
        };
        $this->assertSame('deleted', $client->delete($this->sandbox->ids()[0], cancelWhen: $close)->status);
        $this->assertNull($client);
    }

    public function testACallIsCancelled(): void
    {
        $client = $this->slow();
        $start = microtime(true);
        $since = $start + 0.2;
        $error = $this->thrownAt($since, fn () => $client->delete($this->sandbox->ids()[0],
            cancelWhen: static fn (): bool => microtime(true) >= $since));
        $this->assertInstanceOf(CancelledException::class, $error);
        $this->assertTrue($error->maybeDeleted);
    }

    public function testWhatACallbackThrowsEndsTheCallAndStandsBehindItsError(): void
    {
        $client = $this->slow();
        $since = microtime(true);
        $error = $this->thrownAt($since, fn () => $client->delete('1',
            cancelWhen: static fn () => throw new \DomainException('mine')));
        $this->assertInstanceOf(CancelledException::class, $error);
        $this->assertSame('mine', $error->getPrevious()->getMessage());
    }

    public function testACallWithinTheCallbackOfAnother(): void
    {
        $client = $this->client('delay=1@200ms');
        [$first, $second] = $this->sandbox->ids();
        $inner = null;
        $ask = function () use ($client, $second, &$inner): bool {
            $inner ??= $client->delete($second);
            return false;
        };
        $this->assertSame($first, $client->delete($first, cancelWhen: $ask)->userId);
        $this->assertSame($second, $inner->userId);
    }

    /** @dataProvider signalModes */
    public function testASignalEndsACallWhoseHandlerThrows(bool $async): void
    {
        $client = $this->slow();
        $this->onSignal($async);
        $since = $this->signalAfter(0.3);
        $error = $this->thrownAt($since, fn () => $client->delete($this->sandbox->ids()[0]));
        pcntl_wait($status);
        $this->assertInstanceOf(CancelledException::class, $error);
        $this->assertSame('interrupted', $error->getPrevious()->getMessage());
        $this->assertTrue($error->maybeDeleted);
        $this->assertSame($async, pcntl_async_signals());
    }

    /** The call asks when it begins, and ends before it asks again: the signal is still to be handled then. */
    public function testASignalThatComesAsACallEndsIsNotLost(): void
    {
        $client = $this->client();
        $this->onSignal(true);
        $sent = false;
        $signal = static function () use (&$sent): bool {
            $sent = $sent || posix_kill(getmypid(), \SIGUSR1);
            return false;
        };
        $ids = $this->sandbox->ids();
        $uses = [
            fn () => $client->delete($ids[0], cancelWhen: $signal),
            fn () => iterator_to_array($client->deleteMany($ids, concurrency: 1, cancelWhen: $signal)),
        ];
        foreach ($uses as $use) {
            $sent = false;
            try {
                $use();
                $this->fail();
            } catch (\DomainException $thrown) {
                $this->assertSame('interrupted', $thrown->getMessage());
            } catch (CancelledException $error) {
                // On a busy machine the reply is late, and the call asks once more.
                $this->assertSame('interrupted', $error->getPrevious()?->getMessage());
            }
        }
        $left = 0;
        foreach ($client->contacts() as $contact) {
            $left++;
        }
        $this->assertGreaterThan(40, $left);
    }

    /** @return array<string, array{bool}> */
    public function signalModes(): array
    {
        return ['asynchronous' => [true], 'dispatched' => [false]];
    }

    public function testEachFiberEndsItsOwnCall(): void
    {
        $client = $this->slow();
        foreach ([0, 1, 2] as $number) {
            $fibers[] = $fiber = new \Fiber(static function () use ($client, $number, &$asked, &$ended): void {
                try {
                    $client->delete("$number", timeoutMs: 10000, cancelWhen: static function () use ($number, &$asked): bool {
                        $asked[$number] = ($asked[$number] ?? 0) + 1;
                        \Fiber::suspend();
                        return $asked[$number] > 2;
                    });
                } catch (DingTalkException $error) {
                    $ended[$number] = $error->kind;
                }
            });
            $fiber->start();
        }
        while ($going = array_filter($fibers, static fn ($fiber) => !$fiber->isTerminated())) {
            array_map(static fn ($fiber) => $fiber->resume(), $going);
        }
        $this->assertSame(array_fill(0, 3, 'cancelled'), $ended);
    }

    public function testCyclesAreCollectedWhileACallWaits(): void
    {
        $client = $this->client('delay=1@200ms');
        foreach (\array_slice($this->sandbox->ids(), 0, 10) as $id) {
            $deletion = $client->delete($id, cancelWhen: static function (): bool {
                $one = new \stdClass();
                $one->self = $one;
                unset($one);
                return gc_collect_cycles() < 0;
            });
            $this->assertSame('deleted', $deletion->status);
        }
    }

    public function testAThousandClients(): void
    {
        $sandbox = Sandbox::dingtalk();
        for ($count = 0; $count < 1000; $count++) {
            $client = new Client(...$sandbox->options(), rate: 0);
            if ($count % 100 === 0) {
                $this->assertSame('absent', $client->delete("none-$count", missingOk: true)->status);
                $files = \count(glob('/proc/self/fd/*'));
                $most ??= $files;
                $memory ??= memory_get_usage();
            }
            $client->close();
        }
        $this->assertLessThanOrEqual($most + 2, $files);
        $this->assertLessThan($memory + 200_000, memory_get_usage());
    }

    public function testManyCallsKeepNoMemory(): void
    {
        $client = $this->client();
        for ($count = 0; $count < 400; $count++) {
            $client->delete('none', missingOk: true, cancelWhen: static fn (): bool => false);
            if ($count === 100) {
                $memory = memory_get_usage();
            }
        }
        $this->assertLessThan($memory + 20_000, memory_get_usage());
    }

    public function testAKindThatIsNotKnownIsAnApiException(): void
    {
        $client = $this->client('busy=1', maxAttempts: 1);
        try {
            $client->delete('1');
            $this->fail();
        } catch (ServiceException $error) {
            $this->assertTrue($error->retryable);
        }
        $newer = Library::failure(['kind' => 'brand_new'] + $error->jsonSerialize());
        $this->assertInstanceOf(ApiException::class, $newer);
        $this->assertInstanceOf(DingTalkException::class, $newer);
        $this->assertSame('brand_new', $newer->kind);
    }

    public function testTokensAreReplaced(): void
    {
        $client = $this->client();
        $client->setAccessToken('some-other-token');
        try {
            $client->delete('1');
            $this->fail();
        } catch (DingTalkException $error) {
            $this->assertSame('authentication', $error->kind);
        }
        $client->setAccessToken($this->sandbox->options()['accessToken']);
        $this->assertSame('deleted', $client->delete($this->sandbox->ids()[0])->status);
    }

    public function testNoTraceHasASecret(): void
    {
        $client = $this->client();
        ini_set('zend.exception_ignore_args', '0');
        foreach ([
            static fn () => $client->setAccessToken("hush hush"),
            static fn () => $client->setAccessToken("hush\0"),
            static fn () => new Client(accessToken: "hush\0"),
            static fn () => new Client(appKey: 'k', appSecret: "hush hush"),
            static fn () => new Client(appKey: 'k', appSecret: 's', proxy: "http://a:hush\0@b"),
            static fn () => Client::fromEnv(accessToken: "hush hush", timeoutMs: 0),
        ] as $call) {
            try {
                $call();
                $this->fail();
            } catch (\InvalidArgumentException $error) {
                // That this test runs below PHPUnit is of no interest.
                $frames = array_slice($error->getTrace(), 0, 5);
                $this->assertStringNotContainsString('hush', "$error" . print_r($frames, true));
            }
        }
    }

    public function testReadsContacts(): void
    {
        $client = $this->client();
        $contact = $client->get($this->sandbox->ids()[0]);
        $this->assertSame($contact->userId, $contact->record['user_id'] ?? $contact->record['userid'] ?? null);
        $this->assertNotNull($contact->text('name'));
        $this->assertNull($contact->text('label_ids'));
        $this->assertStringNotContainsString($contact->text('name'), print_r($contact, true));
        foreach ($client->contacts() as $each) {
            $seen[] = $each->userId;
            $client->delete($each->userId);
        }
        $this->assertCount(60, array_unique($seen));
        $this->expectException(InvalidUserIdException::class);
        $client->get($contact->userId);
    }

    public function testAContactIsCreatedAgainOnce(): void
    {
        $client = $this->client();
        $id = $this->sandbox->ids()[0];
        $record = $client->get($id)->record;
        $there = $client->restore($record);
        $this->assertSame(['still_there', $id, 0], [$there->status, $there->userId, $there->attempts]);
        $client->delete($id);
        $restored = $client->restore($record);
        $this->assertSame(['created', $id, 1], [$restored->status, $restored->oldUserId, $restored->attempts]);
        $this->assertNotSame($id, $restored->userId);
        $this->assertSame($record['name'], $client->get($restored->userId)->text('name'));
        $again = $client->restore($record, lookFirst: true);
        $this->assertSame(['created', $restored->userId, 0], [$again->status, $again->userId, $again->attempts]);
        $this->assertSame('created', $restored->jsonSerialize()['status']);
        foreach ([[], ['userid' => $id]] as $bad) {
            try {
                $client->restore($bad);
                $this->fail();
            } catch (InvalidArgumentException $error) {
                $this->assertStringContainsString('record', $error->getMessage());
            }
        }
    }

    public function testACallThatReadsCanBeEnded(): void
    {
        $client = $this->client('delay=1@20s;on=all');
        $id = $this->sandbox->ids()[0];
        foreach ([
            static fn (...$how) => $client->get($id, ...$how),
            static fn (...$how) => $client->contacts(...$how)->current(),
            static fn (...$how) => $client->restore(['userid' => $id, 'name' => 'a', 'mobile' => '1', 'state_code' => '86',
                'follower_user_id' => 'b', 'label_ids' => [1]], ...$how),
        ] as $call) {
            $until = microtime(true) + 0.2;
            $thrown = $this->thrownAt($until, static fn () => $call(cancelWhen: static fn () => microtime(true) > $until));
            $this->assertInstanceOf(CancelledException::class, $thrown);
            $until = microtime(true) + 0.05;
            $this->assertSame('timeout', $this->thrownAt($until, static fn () => $call(timeoutMs: 50))->kind);
        }
    }

    public function testASharedClientOutlivesItsObjects(): void
    {
        $this->client();
        [$endpoint, $appKey, $appSecret] = array_values($this->sandbox->app());
        foreach (\array_slice($this->sandbox->ids(), 0, 3) as $id) {
            $client = new Client(...compact('endpoint', 'appKey', 'appSecret'), rate: 0, shared: true);
            $this->assertSame('deleted', $client->delete($id)->status);
            unset($client);
        }
        // One token for all.
        $this->assertSame(4, $this->sandbox->requests());
    }

    public function testSaysWhatStands(): void
    {
        $check = $this->client()->check();
        $this->assertTrue($check->ok);
        $this->assertContains('token', array_column($check->steps, 'step'));
        $this->assertNotEmpty($check->report);
    }

    /**
     * @dataProvider libraries
     * @param list<string> $words for PHP itself
     */
    public function testALibraryThatDoesNotServeIsOneSentence(string $sentence, string $library, string ...$words): void
    {
        $said = $this->said($library, __DIR__ . '/autoload.php', ...$words);
        $this->assertMatchesRegularExpression($sentence, $said);
        $this->assertStringNotContainsString("\n", $said);
    }

    /** @return iterable<string, array<string>> */
    public function libraries(): iterable
    {
        yield 'missing' => ['~^dingtalk-extcontact cannot use /nowhere/libdtx.so, which DINGTALK_EXTCONTACT_LIBRARY names: ~',
            '/nowhere/libdtx.so'];
        $header = (string) file_get_contents(__DIR__ . '/../dingtalk_extcontact_ffi.h');
        preg_match_all('/ \*?(dtx_\w+)\(/', (string) preg_replace('/^typedef.*/m', '', $header), $names);
        $wrong = implode('', array_map(static fn ($name) => $name === 'dtx_version'
            ? "const char *dtx_version(void) { return \"0.0.9\"; }" : "void $name(void) {}", $names[1]));
        yield 'another version' => ['~ is version 0\.0\.9, and this .* needs 0\.\d+ \(.*restarted\)$~', self::compiled('wrong', $wrong)];
        yield 'too old' => ['~^dingtalk-extcontact cannot use .*Failed resolving C function~', self::compiled('old', '')];
        $built = Sandbox::built('libdingtalk_extcontact.so');
        yield 'FFI is off' => ['~^PHP keeps .* as ffi\.enable is "0": set ffi\.enable = true in /?\S*php\.ini, ~', $built, '-d', 'ffi.enable=0'];
        if (!\in_array('FFI', explode("\n", (string) shell_exec(PHP_BINARY . ' -n -m')), true)) {
            yield 'no FFI' => ["~^PHP's extension FFI is not loaded, .* set extension = ffi in php\.ini$~", $built, '-n'];
        }
    }

    public function testSaysWhereThePackageHasItsLibrary(): void
    {
        $folder = sys_get_temp_dir() . '/dtx-native-' . getmypid();
        Sandbox::package($folder);
        mkdir("$folder/tests");
        copy(__DIR__ . '/autoload.php', "$folder/tests/autoload.php");
        try {
            [$library] = glob("$folder/native/*/*");
            unlink($library);
            $machine = php_uname('m');
            $this->assertStringStartsWith("dingtalk-extcontact finds no library for this system: there is no $folder/native/$machine-",
                $this->said('', "$folder/tests/autoload.php"));
            file_put_contents($library, 'no library');
            $this->assertStringStartsWith("dingtalk-extcontact cannot use $library, the library in the package: ",
                $this->said('', "$folder/tests/autoload.php"));
        } finally {
            exec('rm -rf ' . escapeshellarg($folder));
        }
    }

    /** What a new PHP says of why it makes no client. */
    private function said(string $library, string $autoload, string ...$words): string
    {
        $code = 'require $argv[1]; try { new DingtalkExtcontact\Client(); }'
            . ' catch (RuntimeException $error) { echo $error->getMessage(); }';
        $environment = ['DINGTALK_EXTCONTACT_LIBRARY' => $library, 'LD_LIBRARY_PATH' => ''] + getenv();
        $command = [PHP_BINARY, ...$words, '-r', $code, $autoload];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes, null, $environment);
        $said = (string) stream_get_contents($pipes[1]);
        $this->assertSame('', stream_get_contents($pipes[2]));
        proc_close($process);
        return $said;
    }

    private static function compiled(string $name, string $source): string
    {
        $folder = sys_get_temp_dir() . '/dtx-php-' . getmypid();
        @mkdir($folder);
        register_shutdown_function(static fn () => array_map('unlink', glob("$folder/*") ?: []) && rmdir($folder));
        file_put_contents("$folder/$name.c", $source);
        exec("cc -shared -fPIC -o $folder/$name.so $folder/$name.c", result_code: $failed);
        return $failed ? throw new \RuntimeException('cc failed') : "$folder/$name.so";
    }

    private function onSignal(bool $async): void
    {
        pcntl_async_signals($async);
        pcntl_signal(\SIGUSR1, static fn () => throw new \DomainException('interrupted'));
    }

    /** When a child sends the signal. */
    private function signalAfter(float $seconds): float
    {
        $at = microtime(true) + $seconds;
        if (pcntl_fork() === 0) {
            time_sleep_until($at);
            posix_kill(posix_getppid(), \SIGUSR1);
            posix_kill(getmypid(), \SIGKILL);
        }
        return $at;
    }
}
