import {
  CreateTopicCommand,
  DeleteTopicCommand,
  paginateListTopics,
  type SNSClient,
} from '@aws-sdk/client-sns';

/** What a tenant is told about, each kind by a topic of its own. */
export const topicKinds = ['accounts', 'anomalies', 'health'] as const;

/** The topics that tenants are told by. */
export interface TopicDirectory {
  /** Makes the tenant's topics where they are missing; answers their ARNs by kind. Repeating it changes nothing. */
  ensure(tenantId: string): Promise<Record<string, string>>;
  /** Removes the tenant's topics with their subscriptions; answers how many there were. Repeating it changes nothing. */
  remove(tenantId: string): Promise<number>;
}

/**
 * Topics of SNS, named `<stack>_<tenant>_<kind>`: a stack's name holds no `_` and the kinds are known, so no two
 * tenants or stacks share one, whatever their names. Encrypted with AWS's own key.
 */
export function snsTopicDirectory(client: SNSClient, stackName: string): TopicDirectory {
  return {
    async ensure(tenantId) {
      const topics: Record<string, string> = {};
      for (const kind of topicKinds) {
        const name = { Name: `${stackName}_${tenantId}_${kind}` };
        const Attributes = { KmsMasterKeyId: 'alias/aws/sns' };
        const { TopicArn } = await client.send(new CreateTopicCommand({ ...name, Attributes }));
        if (!TopicArn) throw new Error(`SNS gave the topic ${name.Name} no ARN.`);
        topics[kind] = TopicArn;
      }
      return topics;
    },
    async remove(tenantId) {
      const wanted = topicKinds.map((kind) => `:${stackName}_${tenantId}_${kind}`);
      const found: string[] = [];
      for await (const { Topics = [] } of paginateListTopics({ client }, {})) {
        found.push(...Topics.flatMap(({ TopicArn }) => TopicArn ?? []));
      }
      const own = found.filter((arn) => wanted.some((name) => arn.endsWith(name)));
      for (const TopicArn of own) await client.send(new DeleteTopicCommand({ TopicArn }));
      return own.length;
    },
  };
}
